// A link to send to somebody, with a button that copies it.
import { Button, CopyButton, Group, TextInput } from '@mantine/core'
import { Check, Copy } from 'lucide-react'

export function CopyLink({ label, address }: { label: string; address: string }) {
  return (
    <Group gap="xs" align="end" wrap="nowrap">
      <TextInput
        style={{ flex: 1 }}
        label={label}
        readOnly
        value={address}
        onFocus={(event) => event.currentTarget.select()}
      />
      <CopyButton value={address}>
        {({ copied, copy }) => (
          <Button onClick={copy} leftSection={copied ? <Check size={15} /> : <Copy size={15} />}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </Group>
  )
}
