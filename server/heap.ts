// When V8 collects garbage: once what is in use has tripled. By itself it does so all the time in a heap as small as
// ours, and people who type wait for it.
import v8 from 'node:v8'

v8.setFlagsFromString('--heap-growing-percent=200')
