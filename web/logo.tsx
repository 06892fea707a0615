// The sign of the product.
import address from './logo.svg'

export function Logo({ size = 24 }: { size?: number }) {
  return <img src={address} width={size} height={size} alt="" style={{ display: 'block' }} />
}
