// Readers that take npm or Chromium, each with what simmer writes. Each exported function whose name
// begins with a reader is a check; its name is the fact. usage: main.js SIMMER CELLS REPO FOLDER [CHECK...]
import { closeBrowser, shots, Wrong } from './kit.js'
import * as xterm from './xterm.js'
import * as player from './player.js'
import * as speedscope from './speedscope.js'
import * as pages from './pages.js'

const wanted = process.argv.slice(6)
let passed = 0
let failed = 0
for (const [name, check] of [xterm, player, speedscope, pages].flatMap(Object.entries)) {
  if (!/^(xterm|player|speedscope|svg|html)/.test(name)) continue
  if (wanted.length && !wanted.some((word) => name.includes(word))) continue
  const begin = Date.now()
  try {
    const told = await check()
    passed++
    console.log(`${name}: ${told ?? 'holds'} (${((Date.now() - begin) / 1000).toFixed(1)} s)`)
  } catch (error) {
    failed++
    console.log(`${name}: ${error instanceof Wrong ? error.message.slice(0, 1500) : error.stack}`)
  }
}
await closeBrowser()
console.log(`check-readers: ${passed} passed, ${failed} failed; pictures in ${shots}`)
process.exit(failed ? 1 : 0)
