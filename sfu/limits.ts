// What one call and one peer may have, on the server.

/** Peers in a call */
export const MAX_PEERS = 50
/** Of them, tabs and devices of one person */
export const MAX_PEERS_OF_ONE = 5
/** Transports of a peer: two are needed; while one is replaced there may be more */
export const MAX_TRANSPORTS = 4
/** Transports of connection tests on a node: a test takes one for each way that it tries */
export const MAX_PROBES = 500
/** Of them, of one person */
export const MAX_PROBES_OF_ONE = 24
