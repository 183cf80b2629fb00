// asciinema-player in a browser: plays to the end, fires every marker, pauses at them, shows what was drawn.
import { frameText, gallery, hold, openPage, parseCast, present, read, reference, serve, shots, write } from './kit.js'
import { shownAtTheEnd } from './xterm.js'

const LIMIT = 60000 // ms

// A page that plays a cast: check({ page, cast }) in it.
async function withPlayer(file, options, check) {
  const server = await serve()
  const { page, complaints, close } = await openPage([server.address])
  try {
    await page.goto(`${server.address}/player.html`)
    await page.evaluate(([name, how]) => open(name, how), [file, { preload: true, ...options }])
    await check({ page, cast: parseCast(read(file)) })
    hold(complaints.length === 0, file, 'the page complains:', complaints)
  } finally {
    await close()
    server.stop()
  }
}

const happened = (page, name) => page.evaluate((n) => told.filter(([what]) => what === n), name)

async function until(page, name, count) {
  await page.waitForFunction(([n, c]) => told.filter(([what]) => what === n).length >= c, [name, count],
    { timeout: LIMIT }).catch(() => hold(false, `no ${name} number ${count}`))
}

// What the player writes as text: blocks and lines that it paints as pictures are blanks there.
const letters = (text) => text.replace(/[\u2500-\u25ff]/g, ' ').replace(/ +$/gm, '').trimEnd()

// Wait until the player shows the frame's text; it draws a little after it knows.
const holdShown = (page, frame, where) => holdText(page, frameText(frame), where)

async function holdText(page, text, where) {
  const want = letters(text)
  let shown
  for (let tries = 0; tries < 100; tries++) {
    shown = letters(await page.evaluate(() => shown()))
    if (shown === want) return
    await page.waitForTimeout(20)
  }
  const rows = want.split('\n')
  const at = shown.split('\n').findIndex((row, y) => row !== rows[y])
  hold(false, where, 'shows in row', at, shown.split('\n')[at], 'not', rows[at])
}

async function playThrough(name, ...options) {
  const file = write(name, 'cast', ...options)
  await withPlayer(file, { speed: 60 }, async ({ page, cast }) => {
    await page.evaluate(() => { player.play() })
    await until(page, 'ended', 1)
    const fired = await happened(page, 'marker')
    const want = cast.events.filter(([, code]) => code === 'm').map(([, , label]) => label)
    hold(JSON.stringify(fired.map(([, label]) => label)) === JSON.stringify(want), file, 'fired', fired, 'of', want)
    await holdShown(page, reference(name, ...options).frames.at(-1), `${file} at its end`)
    hold((await happened(page, 'error')).length === 0, file, 'errors')
  })
}

export async function playerPlaysEachSceneToItsEnd() {
  const rows = [...gallery.map((name) => [name, '--size', '80x24']), ['characters.py'], ['two_cooks.py', '--format', 'v3'],
    ['shield.py', '--format', 'v3', '--theme', 'light']]
  while (rows.length) await Promise.all(rows.splice(0, 4).map((row) => playThrough(...row)))
}

export async function playerPausesAtEveryMarkerAndGoesToThem() {
  for (const options of [['--size', '100x30'], ['--format', 'v3', '--size', '80x24']]) {
    const file = write('one_cook.py', 'cast', ...options)
    const { frames, markers } = reference('one_cook.py', ...options)
    const frameOf = (marker) => frames.findLast((frame) => frame.at <= marker.at)
    await withPlayer(file, { speed: 20, pauseOnMarkers: true }, async ({ page }) => {
      hold(markers.length === 7, 'the scene has', markers.length, 'beats')
      for (const [n, marker] of markers.entries()) {
        await page.evaluate(() => { player.play() })
        await until(page, 'pause', n + 1)
        hold((await happened(page, 'marker')).length === n + 1, file, 'pause', n + 1, 'is not at a marker')
        await holdShown(page, frameOf(marker), `${file}, paused at marker ${n + 1},`)
        if (n === 3) await page.screenshot({ path: `${shots}/player-${file}.png` })
      }
      await page.evaluate(() => { player.play() })
      await until(page, 'ended', 1)
      for (const n of [4, 0, 6, 2]) {
        await page.evaluate((marker) => player.seek({ marker }), n)
        await holdShown(page, frameOf(markers[n]), `${file}, sent to marker ${n + 1},`)
      }
    })
  }
}

// With markers, keys and another size, as a session has them.
export async function playerPlaysALiveSession() {
  const file = present('one_cook.py', 'live.cast')
  await withPlayer(file, {}, async ({ page, cast }) => {
    for (const code of 'omir') hold(cast.events.some((event) => event[1] === code), 'no event of kind', code)
    await page.evaluate(() => { player.play() })
    await until(page, 'ended', 1)
    hold((await happened(page, 'marker')).length === cast.events.filter(([, code]) => code === 'm').length, 'markers')
    await holdText(page, await shownAtTheEnd(cast), 'the end of the session')
    hold((await happened(page, 'error')).length === 0, file, 'errors')
  })
}
