// @xterm/headless shows, after each output event, the very cells that were drawn.
import unicode11 from '@xterm/addon-unicode11'
import headless from '@xterm/headless'
import { gallery, hold, parseCast, read, reference, write } from './kit.js'

const BOLD = 1, DIM = 2, UNDERLINE = 4, REVERSE = 8 // LOOK_ of src/screen/theme.h

// A cell as one sees it: of a blank, only the ground and what is drawn on it count.
function told(char, fg, bg, attributes) {
  return char === ' ' && !(attributes & (UNDERLINE | REVERSE)) ? ` /-1/${bg}/0` : `${char}/${fg}/${bg}/${attributes}`
}

function drawn(cell) {
  const attributes = (cell.isBold() ? BOLD : 0) | (cell.isDim() ? DIM : 0) |
    (cell.isUnderline() ? UNDERLINE : 0) | (cell.isInverse() ? REVERSE : 0)
  hold(!cell.isItalic() && !cell.isBlink() && !cell.isInvisible() && !cell.isStrikethrough(), 'an attribute of no look')
  const colour = (byDefault, rgb, index) => byDefault ? -1 : rgb ? 'no index' : index
  return told(cell.getWidth() ? cell.getChars() || ' ' : '',
    colour(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()),
    colour(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor()), attributes)
}

function* cellsOf([text, runs]) {
  const chars = Array.from(text)
  let at = 0
  for (const [count, fg, bg, attributes] of runs)
    for (const end = at + count; at < end; at++) yield told(chars[at] === '\0' ? '' : chars[at], fg, bg, attributes)
  hold(at === chars.length, 'cells: the runs of a row are not as long as its text')
}

// `narrow`: a terminal to which emoji are as narrow as letters; it may have what it likes in their right halves.
function compare(terminal, frame, where, narrow) {
  const buffer = terminal.buffer.active
  hold(terminal.cols === frame.cols && terminal.rows === frame.rows, where, 'has another size')
  hold(buffer.baseY === 0, where, 'scrolled')
  let cell
  frame.lines.forEach((line, y) => {
    const shown = buffer.getLine(y)
    let x = 0
    for (const want of cellsOf(line)) {
      cell = shown.getCell(x, cell)
      hold(drawn(cell) === want || (narrow && want[0] === '/'), where, 'row', y, 'column', x, 'shows', drawn(cell), 'not', want)
      x++
    }
  })
}

async function holdCast(name, options, narrow = false) {
  const cast = parseCast(read(write(name, 'cast', ...options)))
  const { frames } = reference(name, ...options)
  const terminal = new headless.Terminal({ cols: cast.cols, rows: cast.rows, allowProposedApi: true, scrollback: 100 })
  if (!narrow) {
    terminal.loadAddon(new unicode11.Unicode11Addon())
    terminal.unicode.activeVersion = '11'
  }
  let n = 0
  for (const [, code, data] of cast.events) {
    if (code === 'r') terminal.resize(...data.split('x').map(Number))
    if (code !== 'o') continue
    await new Promise((done) => terminal.write(data, done))
    compare(terminal, frames[Math.min(n, frames.length - 1)], `${name} ${options.join(' ')} frame ${n}`, narrow)
    n++
  }
  hold(n === frames.length + 1, name, n, 'output events for', frames.length, 'frames and an end')
  terminal.dispose()
  return frames.length
}

// What xterm.js shows at the end of a cast, in which the size may change.
export async function shownAtTheEnd(cast) {
  const terminal = new headless.Terminal({ cols: cast.cols, rows: cast.rows, allowProposedApi: true })
  for (const [, code, data] of cast.events) {
    if (code === 'r') terminal.resize(...data.split('x').map(Number))
    if (code === 'o') await new Promise((done) => terminal.write(data, done))
  }
  const buffer = terminal.buffer.active
  return Array.from({ length: terminal.rows }, (_, y) => buffer.getLine(buffer.baseY + y).translateToString(true)).join('\n')
}

export async function xtermShowsEachSceneCellByCell() {
  let frames = 0
  for (const name of gallery) frames += await holdCast(name, ['--size', '80x24'])
  return `${frames} frames`
}

export async function xtermShowsEverySizeThemeAndForm() {
  const rows = [['one_cook.py', ''], ['pipeline.py', '--theme light --format v3'], ['two_cooks.py', '--ascii --size 132x43'],
    ['gather.py', '--size 40x10'], ['cancellation.py', '--theme none'], ['shield.py', '--theme none --ascii --format v3'],
    ['echo_server.py', '--size 200x60 --theme light'], ['semaphore.py', '--idle 0.5 --from 2 --to 3'], ['kitchen.trace', ''],
    ['two_cooks.trace', '--format v3']]
  for (const [name, options] of rows) await holdCast(name, options.split(' ').filter(Boolean))
}

export async function xtermShowsWideAndOddCharacters() {
  for (const size of ['80x24', '61x20', '100x30']) await holdCast('characters.py', ['--size', size])
}

// As xterm.js is without its addon for Unicode 11: nothing but an emoji's own two columns is any different.
export async function xtermShowsTheRestWhereEmojiAreNarrow() {
  for (const size of ['80x24', '61x20', '100x30']) await holdCast('characters.py', ['--size', size], true)
}
