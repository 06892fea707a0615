// How an endpoint is written: what goes in and out as zod schemas, and a handler that returns data. Reading the
// request, the envelope around the answer and the entry in the OpenAPI document are made here, once.
import { OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { routePath } from 'hono/route'
import type { Principal } from '../protocol/access.ts'
import { AppError, errorStatus, type ErrorCode } from '../protocol/errors.ts'

export interface RestEnv {
  Variables: {
    requestId: string
    /** Address of the client */
    ip: string
    /** Pattern of the route that answers, for the log and the metrics */
    route: string
    /** @throws AppError AUTHENTICATION_FAILED or INVALID_TOKEN */
    authenticate: () => Promise<Principal>
    /** Who asks, once that was proven */
    principal?: Principal
    /** Runs a write once per Idempotency-Key of the person */
    once: (userId: string, write: () => Promise<Response>) => Promise<Response>
  }
}
export type RestContext = Context<RestEnv>

type PathParams<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Record<Name, string> & PathParams<Rest>
  : unknown

type Shape = z.ZodType | undefined
type Parsed<Schema extends Shape> = Schema extends z.ZodType ? z.output<Schema> : undefined

interface Endpoint<
  Query extends Shape,
  Body extends Shape,
  Data extends Shape,
  Meta extends Shape,
> {
  summary: string
  description?: string
  /** Answers people who are not signed in, too */
  anonymous?: boolean
  /** The answer holds a secret, which must not be kept: Idempotency-Key does nothing here */
  secret?: boolean
  /** The body is a file: the handler reads it from `c.req.raw.body`, with a limit of its own, and no Idempotency-Key */
  upload?: boolean
  /** The answer is a file: the handler makes it */
  download?: boolean
  query?: Query
  body?: Body
  /** 200 unless told; 204 where there is no `data` */
  status?: 200 | 201
  data?: Data
  /** What stands beside the timestamp in `meta`; the handler then returns `{ data, meta }` */
  meta?: Meta
  /** Errors of its own, for the document; those that every endpoint of its kind has are added */
  errors?: readonly ErrorCode[]
}

interface Call<Path extends string, Query extends Shape, Body extends Shape> {
  /** @throws AppError when nobody is signed in, which only `anonymous` endpoints let happen */
  readonly principal: Principal
  params: PathParams<Path>
  query: Parsed<Query>
  body: Parsed<Body>
  c: RestContext
}

type Answer<Data extends Shape, Meta extends Shape> = Data extends z.ZodType
  ? Meta extends z.ZodType
    ? { data: z.input<Data>; meta: z.input<Meta> }
    : z.input<Data>
  : void | Response

const errorSchema = z
  .object({
    success: z.literal(false),
    error: z.object({
      code: z.enum(Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]),
      message: z.string(),
      details: z.unknown().optional(),
    }),
    meta: z.object({ timestamp: z.iso.datetime(), requestId: z.string() }),
  })
  .meta({ id: 'Error' })

const timestamp = () => new Date().toISOString()

/** The only place that makes an error of the REST plane. */
export function answerError(c: RestContext, error: AppError) {
  const status = errorStatus[error.code]
  if (status === 401) c.header('WWW-Authenticate', 'Bearer')
  if (status === 503) c.header('Retry-After', '1')
  const meta = { timestamp: timestamp(), requestId: c.var.requestId }
  return c.json({ success: false, error: error.toWire(), meta }, status)
}

/** PostgreSQL stores neither U+0000 nor half a surrogate pair; without this they would end as errors of ours. */
function findUnstorable(value: unknown, path: PropertyKey[] = []): PropertyKey[] | undefined {
  if (typeof value === 'string') {
    return value.includes('\u0000') || !value.isWellFormed() ? path : undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, inner] of Object.entries(value)) {
    const found = findUnstorable(inner, [...path, key])
    if (found) return found
  }
  return undefined
}

const invalid = (problems: { path: PropertyKey[]; message: string }[]) =>
  new AppError(
    'VALIDATION_ERROR',
    problems
      .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
      .join('; '),
    problems.map(({ path, message }) => ({ path: path.map(String).join('.'), message })),
  )

function parse(schema: Shape, input: unknown): unknown {
  if (!schema) return undefined
  const result = schema.safeParse(input)
  if (!result.success) throw invalid(result.error.issues)
  refuseUnstorable(result.data)
  return result.data
}

function refuseUnstorable(value: unknown) {
  const path = findUnstorable(value)
  if (path) throw invalid([{ path, message: 'contains characters that cannot be stored' }])
}

async function readBody(c: RestContext): Promise<unknown> {
  const text = await c.req.text()
  if (text === '') return {}
  if (!/^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(c.req.header('content-type') ?? '')) {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json')
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new AppError('MALFORMED_JSON', 'The body is not valid JSON')
  }
}

const json = (schema: z.ZodType) => ({ 'application/json': { schema } })

function describeErrors(codes: readonly ErrorCode[]) {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of new Set(codes)) {
    byStatus.set(errorStatus[code], [...(byStatus.get(errorStatus[code]) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      { description: list.join(' or '), content: json(errorSchema) },
    ]),
  )
}

type AnyEndpoint = Endpoint<Shape, Shape, Shape, Shape>

const takesKey = (method: Method, { anonymous, secret, upload }: AnyEndpoint) =>
  method === 'post' && !anonymous && !secret && !upload

const file = { '*/*': { schema: z.string().meta({ format: 'binary' }) } }

function describe(tag: string, method: Method, path: string, endpoint: AnyEndpoint) {
  const { summary, description, anonymous, query, body, data, meta, status = 200 } = endpoint
  const { upload, download } = endpoint
  const params = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, z.string()] as const)
  const keyed = takesKey(method, endpoint)
  const codes: ErrorCode[] = [
    ...(query || body || keyed ? (['VALIDATION_ERROR'] as const) : []),
    ...(keyed ? (['CONFLICT', 'UNPROCESSABLE'] as const) : []),
    ...(body ? (['MALFORMED_JSON', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const) : []),
    ...(upload ? (['PAYLOAD_TOO_LARGE'] as const) : []),
    ...(anonymous ? [] : (['AUTHENTICATION_FAILED', 'INVALID_TOKEN'] as const)),
    ...(endpoint.errors ?? []),
    'INTERNAL_ERROR',
    'UNAVAILABLE',
  ]
  const metaSchema = z.object({ timestamp: z.iso.datetime() })
  const answer =
    data &&
    z.object({
      success: z.literal(true),
      data,
      meta: meta instanceof z.ZodObject ? metaSchema.extend(meta.shape) : metaSchema,
    })
  return {
    method,
    path,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    security: anonymous ? [] : [{ bearer: [] }],
    ...(keyed ? { parameters: [{ $ref: '#/components/parameters/IdempotencyKey' }] } : {}),
    request: {
      ...(params.length > 0 ? { params: z.object(Object.fromEntries(params)) } : {}),
      ...(query instanceof z.ZodObject ? { query } : {}),
      ...(body ? { body: { content: json(body), required: !body.safeParse({}).success } } : {}),
      ...(upload ? { body: { content: file, required: true } } : {}),
    },
    responses: {
      ...(answer
        ? { [status]: { description: 'Success', content: json(answer) } }
        : download
          ? { 200: { description: 'Success', content: file } }
          : { 204: { description: 'Done' } }),
      ...describeErrors(codes),
    },
  }
}

type Method = 'get' | 'post' | 'patch' | 'delete'

/** A new set of endpoints, to be mounted by http.ts; `tag` is their heading in the document. */
export function createEndpoints(tag: string) {
  const app = new OpenAPIHono<RestEnv>()

  const add =
    (method: Method) =>
    <
      const Path extends string,
      Query extends Shape = undefined,
      Body extends Shape = undefined,
      Data extends Shape = undefined,
      Meta extends Shape = undefined,
    >(
      path: Path,
      endpoint: Endpoint<Query, Body, Data, Meta>,
      handle: (call: Call<Path, Query, Body>) => Promise<Answer<Data, Meta>>,
    ) => {
      app.openAPIRegistry.registerPath(describe(tag, method, path, endpoint))
      app.on(method, path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) => {
        c.set('route', routePath(c))
        // Who asks comes first: a stranger learns nothing from our validation.
        if (!endpoint.anonymous) c.set('principal', await c.var.authenticate())
        const answer = async () => {
          const params = c.req.param()
          refuseUnstorable(params)
          const query = Object.entries(c.req.query()).filter(([, value]) => value !== '')
          const answered = await handle({
            get principal() {
              if (!c.var.principal) throw new AppError('AUTHENTICATION_FAILED', 'Sign in first')
              return c.var.principal
            },
            params: params as PathParams<Path>,
            query: parse(endpoint.query, Object.fromEntries(query)) as Parsed<Query>,
            body: (endpoint.body && parse(endpoint.body, await readBody(c))) as Parsed<Body>,
            c,
          })
          if (answered instanceof Response) return answered
          if (!endpoint.data) return c.body(null, 204)
          const { data, meta } = endpoint.meta
            ? (answered as { data: unknown; meta: object })
            : { data: answered, meta: {} }
          const body = { success: true, data, meta: { timestamp: timestamp(), ...meta } }
          return c.json(body, endpoint.status ?? 200)
        }
        const { principal } = c.var
        return principal && takesKey(method, endpoint) ? c.var.once(principal.id, answer) : answer()
      })
    }

  return {
    app,
    get: add('get'),
    post: add('post'),
    patch: add('patch'),
    remove: add('delete'),
  }
}
