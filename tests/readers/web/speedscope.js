// speedscope takes the trace events, without a complaint, and shows each lane.
import { hold, openPage, read, serve, shots, write } from './kit.js'

const SCENES = ['one_cook.py', 'two_cooks.py', 'echo_server.py', 'queues.py', 'eight_lanes.py', 'characters.py']

// What Chromium says of drawing without a graphics card.
const ABOUT_DRAWING = /GL Driver Message/

export async function speedscopeShowsTheLanes() {
  const server = await serve()
  for (const name of SCENES) {
    const file = write(name, 'json')
    const told = JSON.parse(read(file))
    const events = told.traceEvents ?? told
    const names = new Map(events.filter((e) => e.ph === 'M' && e.name === 'thread_name')
      .map((e) => [`${e.pid}/${e.tid}`, e.args.name]))
    const lanes = new Set(events.filter((e) => e.ph === 'X').map((e) => `${e.pid}/${e.tid}`))
    hold(lanes.size > 0, file, 'has no slices')
    const { page, complaints, close } = await openPage([server.address])
    const profile = encodeURIComponent(`${server.address}/work/${file}`)
    await page.goto(`${server.address}/node_modules/speedscope/dist/release/index.html#profileURL=${profile}`)
    const title = page.locator(`text=/\\(\\d+\\/${lanes.size}\\)/`)
    await title.first().waitFor({ timeout: 20000 }).catch(async () => hold(lanes.size === 1, file, 'shows not', lanes.size,
      'profiles but:', await page.evaluate(() => document.body.innerText), complaints))
    await page.screenshot({ path: `${shots}/speedscope-${name}.png` })
    if (lanes.size > 1) await title.first().click()
    await page.waitForTimeout(300)
    const list = (await page.evaluate(() => document.body.innerText)).replace(/\s+/g, ' ')
    for (const lane of lanes) {
      const words = names.get(lane).replace(/\s+/g, ' ').trim()
      hold(list.includes(words), file, 'the lane', words, 'is not in', list)
    }
    const odd = complaints.filter((line) => !ABOUT_DRAWING.test(line))
    hold(odd.length === 0, file, 'complaints:', odd)
    await close()
  }
  server.stop()
}
