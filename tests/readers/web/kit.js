// What the checks share: running simmer, recordings and their frames, a browser, a server of files.
import { execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { extname, join } from 'node:path'
import { chromium } from 'playwright-core'

const [simmer, cells, repo, folder] = process.argv.slice(2)
export const shots = join(folder, 'shots')
export const work = join(folder, 'work')
for (const made of [shots, work]) {
  rmSync(made, { recursive: true, force: true })
  mkdirSync(made)
}

export class Wrong extends Error {}

export function hold(fact, ...what) {
  if (!fact) throw new Wrong(what.map((w) => typeof w === 'string' ? w : JSON.stringify(w)).join(' '))
}

export const gallery = readdirSync(join(repo, 'scenes')).filter((name) => name.endsWith('.py')).sort()

function path(name) {
  const place = gallery.includes(name) ? 'scenes' : name.endsWith('.trace') ? 'tests/keys' : 'tests/readers'
  return join(repo, place, name)
}

function run(program, ...options) {
  try {
    return execFileSync(program, options, { maxBuffer: 1 << 30, timeout: 60000, stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    throw new Wrong(`${program} ${options.join(' ')}: ${String(error.stderr ?? error).trim()}`)
  }
}

// The file that `simmer record` or `export` writes for a scene, in the work folder: its name.
export function write(name, ending, ...options) {
  const file = `${name.replace(/\W+/g, '-')}${options.join('').replace(/\W+/g, '-')}.${ending}`
  run(simmer, ending === 'cast' ? 'record' : 'export', path(name), '-f', '-o', join(work, file), ...options)
  return file
}

// A session recorded live, by keys, with beats and another size in it: its name in the work folder.
export function present(name, file) {
  run('python3', join(repo, 'tests/readers/web/live.py'), simmer, join(work, file), path(name))
  return file
}

export const read = (file) => readFileSync(join(work, file), 'utf8')

export const text = (name) => run(simmer, 'trace', path(name)).toString()

// A cast: { header, cols, rows, events: [[seconds from the beginning, code, data], ...] }.
export function parseCast(content) {
  const [header, ...events] = content.trimEnd().split('\n').map((line) => JSON.parse(line))
  const version3 = header.version === 3
  let now = 0
  for (const event of version3 ? events : []) event[0] = now += event[0]
  return { header, events, cols: version3 ? header.term.cols : header.width,
    rows: version3 ? header.term.rows : header.height }
}

// What the recording is to show (../cells.c): { frames, markers, end }, frames as far as they differ.
export function reference(name, ...options) {
  const lines = run(cells, 'record', path(name), '-o', '-', ...options).toString().trimEnd().split('\n')
  const told = lines.slice(1).map((line) => JSON.parse(line))
  const frames = []
  for (const frame of told.filter((line) => line.lines)) {
    frame.key = JSON.stringify(frame.lines)
    if (frame.key !== frames.at(-1)?.key) frames.push(frame)
  }
  return { frames, markers: told.filter((line) => 'marker' in line), end: told.at(-1) }
}

// The frame's characters, a line a row, without blanks at the ends of lines.
export function frameText(frame) {
  return frame.lines.map(([row]) => row.replaceAll('\0', '').trimEnd()).join('\n').trimEnd()
}

// ---- a browser -------------------------------------------------------------------------------------

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml',
  '.json': 'application/json', '.cast': 'application/octet-stream', '.wasm': 'application/wasm' }

// Serves the folder, and what was written as /work/FILE. Its address, and `stop`.
export async function serve() {
  const server = createServer((request, response) => {
    const file = decodeURIComponent(new URL(request.url, 'http://localhost').pathname)
    try {
      if (file.includes('..')) throw new Error('outside')
      const content = readFileSync(join(folder, file))
      response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' })
      response.end(content)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return { address: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() }
}

let browser

export async function openBrowser() {
  browser ??= await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--force-color-profile=srgb'],
  })
  return browser
}

export async function closeBrowser() {
  await browser?.close()
}

// A page that may ask only `allowed` for anything; what it complained of is in `complaints`.
export async function openPage(allowed, options = {}) {
  const context = await (await openBrowser()).newContext({ viewport: { width: 1280, height: 800 }, ...options })
  const page = await context.newPage()
  const complaints = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('dialog', (dialog) => { complaints.push(dialog.message()); dialog.dismiss() })
  await context.route('**', (route) => {
    const url = route.request().url()
    if (allowed.some((prefix) => url.startsWith(prefix))) return route.continue()
    complaints.push(`asks for ${url}`)
    return route.abort()
  })
  return { page, complaints, close: () => context.close() }
}

let looker

// How a screenshot looks: { colours, ground (the most frequent colour, [r, g, b]), drawn (the part that is
// something else), strong (the part that stands out clearly from the ground) }. It is looked at in a page of its own, which allows what the page itself does not.
export async function lookAt(png) {
  looker ??= (await openPage(['data:'])).page
  return looker.evaluate(async (data) => {
    const image = new Image()
    image.src = `data:image/png;base64,${data}`
    await image.decode()
    const canvas = new OffscreenCanvas(image.width, image.height)
    const context = canvas.getContext('2d')
    context.drawImage(image, 0, 0)
    const bytes = context.getImageData(0, 0, image.width, image.height).data
    const counts = new Map()
    for (let i = 0; i < bytes.length; i += 4) {
      const colour = bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2]
      counts.set(colour, (counts.get(colour) ?? 0) + 1)
    }
    const [ground, most] = [...counts].reduce((a, b) => b[1] > a[1] ? b : a)
    const light = (colour) => (2 * (colour >> 16) + 3 * (colour >> 8 & 255) + (colour & 255)) / 6
    const all = bytes.length / 4
    let strong = 0
    for (const [colour, count] of counts) if (Math.abs(light(colour) - light(ground)) > 128) strong += count / all
    return { colours: counts.size, ground: [ground >> 16, ground >> 8 & 255, ground & 255], drawn: 1 - most / all, strong }
  }, png.toString('base64'))
}
