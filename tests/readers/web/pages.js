// SVG and HTML in a browser: light and dark, with nothing fetched and nothing complained of; the page's slider,
// keys, buttons and picture go where they say.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { hold, lookAt, openPage, shots, work, write } from './kit.js'

const SCENES = ['one_cook.py', 'two_cooks.py', 'task_group_failure.py', 'echo_server.py', 'characters.py', 'eight_lanes.py']
const THEMES = ['light', 'dark']

// A file of the work folder in a browser that fetches nothing else, but for the files it is `made` of.
async function withFile(file, options, check, made = []) {
  const [url, ...more] = [file, ...made].map((name) => pathToFileURL(join(work, name)).href)
  const { page, complaints, close } = await openPage([url, ...more], options)
  try {
    await page.goto(url)
    await check(page)
    hold(complaints.length === 0, file, 'complains:', complaints)
  } finally {
    await close()
  }
}

async function holdLook(page, theme, name) {
  const look = await lookAt(await page.screenshot({ path: join(shots, `${name}-${theme}.png`) }))
  const light = look.ground.reduce((a, b) => a + b) / 3
  hold(look.colours > 20 && look.drawn > 0.02, name, theme, 'is blank:', look)
  hold(look.strong > 0.005, name, theme, 'cannot be read:', look)
  hold(theme === 'light' ? light > 200 : light < 60, name, 'has the ground', look.ground, 'where it is', theme)
}

// Every text of a picture lies within it, as this browser's letters are, and not on another one.
const textsOf = (page, selector) => page.evaluate((which) => {
  const svg = document.querySelector(which)
  const whole = svg.getBoundingClientRect()
  return [...svg.querySelectorAll('text')].map((text) => {
    const box = text.getBoundingClientRect()
    return { text: text.textContent, width: box.width, inside: box.left >= whole.left - 1 && box.top >= whole.top - 1 &&
      box.right <= whole.right + 1 && box.bottom <= whole.bottom + 1 }
  })
}, selector)

async function holdTexts(page, selector, name) {
  const texts = await textsOf(page, selector)
  hold(texts.length > 5, name, 'has', texts.length, 'texts')
  const odd = texts.filter((text) => !text.inside || (text.text.trim() && text.width === 0))
  hold(odd.length === 0, name, 'texts that reach out of the picture:', odd.slice(0, 3))
}

// A picture put into a page as an image: nothing of the page reaches it, and it may fetch nothing. As wide as
// it would like to be, on the page's own ground.
async function holdImage(file, theme, want, name) {
  const page = `${file}-page.html`
  writeFileSync(join(work, page), `<!doctype html><title>A picture</title><style>:root { color-scheme: light dark }
    body { margin: 0 } img { display: block }</style><img src="${file}" alt="">`)
  await withFile(page, { colorScheme: theme }, async (p) => {
    const [width, height] = await p.evaluate(() => document.images[0].decode().then(() =>
      [document.images[0].naturalWidth, document.images[0].naturalHeight]))
    hold(width > 300 && height > 50, file, 'is', width, 'by', height)
    await p.setViewportSize({ width, height })
    await holdLook(p, want, name)
  }, [file])
}

export async function svgIsDrawnInLightAndDark() {
  for (const name of SCENES)
    for (const [options, label] of [[[], ''], [['--code'], '-code']]) {
      const file = write(name, 'svg', ...options)
      await withFile(file, {}, (page) => holdTexts(page, 'svg', file))
      for (const theme of THEMES) await holdImage(file, theme, theme, `svg-${name}${label}`)
    }
}

export async function svgHasTheThemeThatWasAskedFor() {
  for (const asked of THEMES)
    for (const theme of THEMES)
      await holdImage(write('one_cook.py', 'svg', '--theme', asked), theme, asked, `svg-asked-${asked}`)
}

export async function htmlIsDrawnInLightAndDark() {
  for (const name of SCENES) {
    const file = write(name, 'html')
    for (const theme of THEMES)
      await withFile(file, { colorScheme: theme }, async (page) => {
        await page.keyboard.press('5')
        for (let n = 0; n < 8; n++) await page.keyboard.press('ArrowRight')
        await page.waitForTimeout(300)
        await holdTexts(page, '#picture-clock svg[role=img]', file)
        await holdLook(page, theme, `html-${name}`)
      })
  }
}

// All that the page shows of where it is.
const shown = (page) => page.evaluate(() => Object.fromEntries(
  ['what', 'why', 'time', 'tick', 'step', 'place', 'now', 'ready', 'timers', 'workers', 'waits', 'caption', 'output', 'code']
    .map((id) => {
      const e = document.getElementById(id)
      if (id === 'caption') return [id, [...e.children].find((p) => p.classList.contains('here'))?.textContent]
      if (id === 'output') return [id, [...e.children].filter((p) => !p.hidden).map((p) => p.textContent).join('')]
      return [id, id === 'code' ? e.innerHTML : e.textContent]
    }).concat([['slider', document.getElementById('slider').value],
      ['left', document.querySelector('#picture-clock .veil').style.left]])))

const sentence = (page, n) => page.evaluate((i) => {
  const item = document.querySelector(`#steps > li[data-step="${i}"]`)
  return ['what', 'why'].map((name) => item.querySelector(`.${name}`)?.textContent ?? '')
}, n)

export async function htmlStepsThroughTheRunAndBack() {
  for (const name of SCENES)
    await withFile(write(name, 'html'), {}, async (page) => {
      const last = Number(await page.getAttribute('#slider', 'max'))
      hold(last > 5, name, 'has', last, 'steps')
      const forward = []
      for (let n = 0; n <= last; n++) {
        const now = await shown(page)
        hold(now.place === `${n} / ${last}` && now.slider === String(n), name, 'is at', now.place, now.slider, 'not', n)
        const [what, why] = await sentence(page, n)
        hold(now.what === what && now.why === why, name, 'step', n, 'says', now.what, 'not', what)
        hold(n === 0 || Number(now.time) >= Number(forward[n - 1].time), name, 'time goes back at', n)
        forward.push(now)
        await page.keyboard.press('ArrowRight')
      }
      hold(new Set(forward.map((now) => now.what)).size > last / 2, name, 'says the same again and again')
      hold(new Set(forward.map((now) => now.left)).size > 1, name, 'the cursor does not move')
      for (let n = last; n >= 0; n--) {
        const now = JSON.stringify(await shown(page))
        hold(now === JSON.stringify(forward[n]), name, 'step', n, 'is another going back:', now, forward[n])
        await page.keyboard.press('ArrowLeft')
      }
      for (const n of [last, 1, Math.floor(last / 2), 0]) {
        await page.evaluate((at) => { location.hash = `#step-${at}` }, n)
        await page.waitForFunction((at) => document.getElementById('slider').value === String(at), n, { timeout: 5000 })
        hold(JSON.stringify(await shown(page)) === JSON.stringify(forward[n]), name, 'its address shows another step', n)
      }
    })
}

export async function htmlObeysSliderKeysButtonsAndClicks() {
  await withFile(write('one_cook.py', 'html'), {}, async (page) => {
    const at = async () => Number((await shown(page)).slider)
    const last = Number(await page.getAttribute('#slider', 'max'))
    const slider = await page.locator('#slider').boundingBox()
    await page.mouse.click(slider.x + slider.width / 2, slider.y + slider.height / 2)
    hold(Math.abs(await at() - last / 2) <= 1, 'a click on the middle of the slider shows', await at(), 'of', last)
    await page.mouse.move(slider.x + slider.width / 2, slider.y + slider.height / 2)
    await page.mouse.down()
    await page.mouse.move(slider.x + slider.width - 2, slider.y + slider.height / 2, { steps: 5 })
    await page.mouse.up()
    hold(await at() === last, 'pulling the slider to its end shows', await at(), 'of', last)
    const beats = await page.evaluate(() => [...document.querySelectorAll('#steps > li.beat')].map((li) => Number(li.dataset.step)))
    hold(beats.length === 7, 'beats', beats)
    for (const [key, want] of [['Home', 0], [']', beats[0]], ['PageDown', beats[1]], ['[', beats[0]], ['l', beats[0] + 1],
      ['End', last], ['PageUp', beats.at(-1) === last ? beats.at(-2) : beats.at(-1)], ['Home', 0]]) {
      await page.keyboard.press(key)
      hold(await at() === want, 'the key', key, 'shows', await at(), 'not', want)
    }
    for (const [button, want] of [['forward', 1], ['last', last], ['back', last - 1], ['first', 0], ['beat-next', beats[0]]]) {
      await page.click(`#${button}`)
      hold(await at() === want, 'the button', button, 'shows', await at(), 'not', want)
    }
    await page.click(`#steps > li[data-step="${beats[2]}"] a`)
    hold(await at() === beats[2], 'a click on a step shows', await at(), 'not', beats[2])
    await page.locator('#picture-clock svg[role=img]').scrollIntoViewIfNeeded()
    const picture = await page.locator('#picture-clock svg[role=img]').boundingBox()
    await page.mouse.click(picture.x + picture.width * 0.9, picture.y + picture.height / 2)
    const late = await at()
    await page.mouse.click(picture.x + picture.width * 0.5, picture.y + picture.height / 2)
    hold(await at() > beats[2] && await at() < late, 'clicks into the picture show', await at(), late)
    await page.keyboard.press('t')
    hold(await page.isVisible('#picture-step') && !await page.isVisible('#picture-clock'), 'no other ruler')
    await page.keyboard.press('t')
    await page.keyboard.press('Home')
    await page.selectOption('#speed', '16')
    await page.keyboard.press('Escape')
    await page.click('#play')
    await page.waitForFunction((n) => document.getElementById('slider').value === String(n), last, { timeout: 30000 })
    hold(!await page.evaluate(() => document.body.classList.contains('playing')), 'it plays on behind its end')
  })
}

export async function htmlReadsWithoutScripts() {
  await withFile(write('one_cook.py', 'html'), { javaScriptEnabled: false }, async (page) => {
    await page.screenshot({ path: join(shots, 'html-no-scripts.png'), fullPage: true })
    const text = await page.locator('body').innerText()
    for (const words of ['Rice is a minute of work.', 'rice ran line 18 and now waits for sleep(10)', 'rice: rinse it', 'gather'])
      hold(text.includes(words), 'without scripts it does not say', words)
    hold(!await page.isVisible('#slider'), 'a slider that moves nothing')
  })
}

export async function htmlFitsSmallScreensAndPaper() {
  const file = write('one_cook.py', 'html')
  for (const width of [360, 768, 1920])
    await withFile(file, { viewport: { width, height: 800 } }, async (page) => {
      const wide = await page.evaluate(() => document.documentElement.scrollWidth)
      hold(wide <= width, 'at', width, 'the page is', wide, 'wide')
      await page.keyboard.press(']')
      await page.screenshot({ path: join(shots, `html-${width}.png`) })
    })
  await withFile(file, { colorScheme: 'dark' }, async (page) => {
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    await holdLook(page, 'light', 'html-print')
  })
}
