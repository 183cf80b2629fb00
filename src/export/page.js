/*
 * The page's script: goes through the steps of a run. The page is the text of all steps; the data
 * beside it says how each differs from the one before. Where one is, is a number: everything that
 * is shown follows from it, whichever way one came there.
 *
 * Texts of the scene are set as text, never as HTML.
 */
'use strict';
(() => {
const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId('data').textContent);
const steps = data.steps;
const last = steps.length - 1;
const SECTIONS = ['now', 'ready', 'timers', 'io', 'workers', 'queued'];
const rulers = Object.keys(data.places);
const items = Array.from(byId('steps').children);
const lines = Array.from(byId('code').querySelectorAll('.line'));
const pieces = Array.from(byId('output').children);
const pieceSteps = pieces.map((piece) => Number(piece.dataset.step));
const still = matchMedia('(prefers-reduced-motion: reduce)');

/* ---- the state at a step ------------------------------------------------------------------- */

/* All texts, each with the state whose colour it has: entries of the steps are their numbers. */
const texts = [];
for (const step of steps)
	for (let i = 0; step.s && i < step.s.length; i += 2)
		texts.push({text: step.s[i], state: data.states[step.s[i + 1]]});

/* The state after step `at`: of each task [state, line, label], of each section its texts. */
const fresh = () => ({at: -1, tasks: [], sections: {}});
let state = fresh();

/* States on the way, so that going back does not begin at the beginning. */
const EVERY = 64;
const kept = [];

const copyOf = (s) => ({at: s.at, tasks: s.tasks.slice(), sections: {...s.sections}});

function advance(s) {
	const step = steps[++s.at];
	for (const [task, what, line, label] of step.d || [])
		s.tasks[task] = {state: data.states[what], line: line, label: label};
	for (const name of SECTIONS)
		if (step[name])
			s.sections[name] = step[name];
	if (s.at % EVERY === 0 && !kept[s.at / EVERY])
		kept[s.at / EVERY] = copyOf(s);
}

function stateAt(index) {
	if (index < state.at) {
		let from = Math.floor(index / EVERY);
		state = kept[from] ? copyOf(kept[from]) : fresh();
	}
	while (state.at < index)
		advance(state);
	return state;
}

/* ---- what is shown --------------------------------------------------------------------------- */

function element(name, className, text) {
	const e = document.createElement(name);
	if (className)
		e.className = className;
	if (text !== undefined)
		e.textContent = text;
	return e;
}

/*
 * Scroll a box so that what lies from `top` to `bottom` in it is seen; the page stays. The
 * controls may lie over the lower part of the box.
 */
function keepInSight(box, top, bottom) {
	const free = byId('controls').getBoundingClientRect().top - box.getBoundingClientRect().top;
	const height = free > 4 * (bottom - top) ? Math.min(free, box.clientHeight) : box.clientHeight;
	const margin = Math.min(48, height / 4);
	if (top < box.scrollTop + margin || bottom > box.scrollTop + height - margin)
		box.scrollTop = (top + bottom - height) / 2;
}

/* Things that lie on each other, of which one is seen: the place is as high as the highest. */
const captions = [];

function makeCaptions() {
	const place = byId('caption');
	/* Before the first beat there is none. */
	captions.push(element('p'));
	const all = document.querySelectorAll('#steps .caption');
	for (const quote of all) {
		const p = element('p', 'beat');
		p.append(element('span', 'badge', quote.dataset.beat + '/' + all.length), ' ',
			element('span', '', quote.textContent));
		captions.push(p);
		place.append(p);
	}
	place.hidden = all.length === 0;
}

/* The longest sentence, unseen, keeps room for all of them. */
function makeRoom() {
	let longest = '';
	for (const item of items) {
		const told = item.querySelector('.told').textContent;
		if (told.length > longest.length)
			longest = told;
	}
	const ghost = element('p', 'ghost', longest);
	ghost.setAttribute('aria-hidden', 'true');
	byId('sentence').append(ghost);
}

function showCaption(index) {
	const beat = Math.min(steps[index].b, captions.length - 1);
	captions.forEach((p, i) => p.classList.toggle('here', i === beat));
}

function showSentence(index) {
	const part = (name) => {
		const span = items[index].querySelector('.' + name);
		return span ? span.textContent : '';
	};
	byId('what').textContent = part('what');
	byId('why').textContent = part('why');
}

/* The states after which a task is not there. */
const ENDED = ['done', 'failed', 'cancelled'];
const GONE = [...ENDED, 'absent', 'idle'];

/* The tasks that stand on lines: by line, the active one first. */
function tasksByLine(s, active) {
	const found = new Map();
	s.tasks.forEach((task, i) => {
		if (!task.line || (GONE.includes(task.state) && i !== active))
			return;
		const there = found.get(task.line) || [];
		if (i === active)
			there.unshift(i);
		else
			there.push(i);
		found.set(task.line, there);
	});
	return found;
}

const MAX_TAGS = 3;
let marked = [];

function showCode(s, active) {
	for (const line of marked) {
		line.classList.remove('on', 'runs', 'active');
		line.removeAttribute('data-state');
		line.querySelector('.tags').remove();
	}
	marked = [];
	for (const [number, tasks] of tasksByLine(s, active)) {
		const line = lines[number - 1];
		if (!line)
			continue;
		marked.push(line);
		line.classList.add('on');
		line.classList.toggle('runs', tasks.some((i) => s.tasks[i].state === 'running'));
		line.classList.toggle('active', tasks[0] === active);
		line.dataset.state = s.tasks[tasks[0]].state;
		const tags = element('span', 'tags');
		for (const i of tasks.slice(0, MAX_TAGS)) {
			const tag = element('span', 'tag', data.tasks[i][0]);
			tag.dataset.state = s.tasks[i].state;
			tag.title = s.tasks[i].label === undefined ? s.tasks[i].state
				: 'waits for ' + texts[s.tasks[i].label].text;
			tags.append(tag);
		}
		if (tasks.length > MAX_TAGS)
			tags.append(element('span', 'tag more', '+' + (tasks.length - MAX_TAGS)));
		line.prepend(tags);
		if (tasks[0] === active)
			keepInSight(byId('code'), line.offsetTop, line.offsetTop + line.offsetHeight);
	}
}

function fill(id, entries) {
	const place = byId(id);
	place.textContent = '';
	place.classList.toggle('none', entries.length === 0);
	if (entries.length === 0)
		place.textContent = 'none';
	for (const entry of entries) {
		const token = element('span', 'token', entry.text);
		token.dataset.state = entry.state;
		place.append(token, ' ');
	}
}

/* What the run has nothing of needs no line. */
function dropUnused() {
	for (const name of ['io', 'workers', 'queued'])
		if (!steps.some((step) => step[name] && step[name].length))
			byId(name).parentElement.hidden = true;
}

const MAX_WAITS = 16;

function showLoop(s) {
	for (const name of SECTIONS)
		fill(name, (s.sections[name] || []).map((number) => texts[number]));
	const waits = [];
	s.tasks.forEach((task, i) => {
		if (task.label === undefined)
			return;
		const verb = data.tasks[i][2] === 'task' ? ' for ' : ' blocked: ';
		waits.push({text: data.tasks[i][0] + verb + texts[task.label].text, state: task.state});
	});
	const more = waits.length - MAX_WAITS;
	if (more > 0)
		waits.splice(MAX_WAITS, more, {text: '+' + more, state: 'absent'});
	fill('waits', waits);
}

let shownPieces = pieces.length;

function showOutput(index) {
	const output = byId('output');
	const show = (i, on) => {
		pieces[i].hidden = !on;
	};
	while (shownPieces > 0 && pieceSteps[shownPieces - 1] > index)
		show(--shownPieces, false);
	while (shownPieces < pieces.length && pieceSteps[shownPieces] <= index)
		show(shownPieces++, true);
	for (const piece of output.querySelectorAll('.new'))
		piece.classList.remove('new');
	for (let i = shownPieces; i > 0 && pieceSteps[i - 1] === index; i--)
		pieces[i - 1].classList.add('new');
	output.classList.toggle('none', shownPieces === 0);
	output.scrollTop = output.scrollHeight;
}

let current = null;

function showItem(index) {
	if (current) {
		current.removeAttribute('aria-current');
		current.classList.remove('here');
		current.querySelector('a').tabIndex = -1;
	}
	current = items[index];
	current.querySelector('a').tabIndex = 0;
	current.setAttribute('aria-current', 'step');
	current.classList.add('here');
	keepInSight(byId('steps'), current.offsetTop, current.offsetTop + current.offsetHeight);
}

/* ---- the picture --------------------------------------------------------------------------- */

let ruler = rulers[0];
const timeOf = (index) => parseFloat(steps[index].t);
const xOf = (index) => ruler === 'clock' ? steps[index].x : steps[index].y;
const picture = () => byId('picture-' + ruler);
const veil = () => picture().querySelector('.veil');

/* Where the tasks end; below them are beats and legend. */
const bottomOf = (place) => place.top + place.row * place.tasks;

/* Put the cursor at `x` of the picture's own pixels, with a time beside it. */
function putCursor(x, time) {
	const v = veil();
	v.style.left = 100 * x / data.places[ruler].width + '%';
	v.style.height = 100 * bottomOf(data.places[ruler]) / data.places[ruler].height + '%';
	v.dataset.at = time;
	byId('time').textContent = time;
}

/* The row of whose step it is. */
function putBand(task) {
	const place = data.places[ruler];
	const band = picture().querySelector('.band');
	band.hidden = task < 0 || task >= place.tasks;
	band.style.top = 100 * (place.top + place.row * task) / place.height + '%';
	band.style.height = 100 * place.row / place.height + '%';
}

/* Scroll a picture larger than its frame: to the cursor, and to whose step it is. */
function followPicture(index) {
	const frame = picture();
	const place = data.places[ruler];
	const scale = frame.firstElementChild.clientWidth / place.width;
	if (frame.scrollWidth > frame.clientWidth) {
		const x = xOf(index) * scale;
		if (x < frame.scrollLeft + 40 || x > frame.scrollLeft + frame.clientWidth - 60)
			frame.scrollLeft = x - frame.clientWidth / 2;
	}
	const task = steps[index].a;
	if (frame.scrollHeight > frame.clientHeight && task >= 0 && task < place.tasks) {
		const top = (place.top + place.row * task) * scale;
		keepInSight(frame, top, top + place.row * scale);
	}
}

/* The names of the tasks once more, for when those in the picture are scrolled away. */
function makeNames(name) {
	const place = data.places[name];
	const frame = byId('picture-' + name);
	const names = frame.querySelector('.names');
	for (let i = 0; i < place.tasks && i < data.tasks.length; i++) {
		const tag = element('span', '', data.tasks[i][0]);
		tag.style.top = 100 * (place.top + place.row * (i + 0.5)) / place.height + '%';
		names.append(tag);
	}
	frame.addEventListener('scroll', () => {
		frame.classList.toggle('away', frame.scrollLeft > 24);
	}, {passive: true});
}

/*
 * The marks of tasks that have ended stand at the right of the instant at which they did, where
 * it is still to come: they are drawn once more above the veil.
 */
const endings = {};

function makeEndings(name) {
	const frame = byId('picture-' + name);
	const svg = frame.querySelector('svg');
	const above = document.createElementNS(svg.namespaceURI, 'svg');
	above.setAttribute('viewBox', svg.getAttribute('viewBox'));
	above.setAttribute('class', 'simmer endings');
	above.setAttribute('aria-hidden', 'true');
	endings[name] = Array.from(svg.querySelectorAll('g[id^=' + name + '-lane-]'), (row, i) => {
		const marks = row.querySelectorAll('.l-done, .l-failed, .l-cancelled');
		if (!data.tasks[i] || data.tasks[i][2] !== 'task' || marks.length !== 1)
			return null;
		const copy = marks[0].cloneNode();
		above.append(copy);
		return copy;
	});
	frame.firstElementChild.append(above);
}

function showEndings(s) {
	endings[ruler].forEach((mark, i) => {
		if (mark)
			mark.style.display = s.tasks[i] && ENDED.includes(s.tasks[i].state) ? '' : 'none';
	});
}

function showPicture(index) {
	showEndings(stateAt(index));
	/* In the end nothing is still to come. */
	veil().classList.toggle('over', index === last);
	putCursor(xOf(index), steps[index].t);
	putBand(steps[index].a);
	followPicture(index);
}

function setRuler(name) {
	if (!data.places[name])
		return;
	ruler = name;
	for (const each of rulers)
		byId('picture-' + each).hidden = each !== name;
	byId('ruler-' + name).checked = true;
	showPicture(here);
}

/* The last step at or before `x`. */
function stepAtX(x) {
	let low = 0;
	let high = last;
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if (xOf(middle) <= x)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

function clickPicture(event) {
	const sheet = picture().firstElementChild.getBoundingClientRect();
	const scale = sheet.width / data.places[ruler].width;
	/* A click is meant for what it is near to. */
	goTo(stepAtX((event.clientX - sheet.left + 4) / scale));
}

/* A finger's way is the browser's: it scrolls. */
function dragPicture(event) {
	if (event.buttons === 1 && event.pointerType === 'mouse')
		clickPicture(event);
}

/* ---- going ------------------------------------------------------------------------------- */

let here = -1;

function show(index) {
	here = index;
	const step = steps[index];
	const s = stateAt(index);
	showCaption(index);
	showSentence(index);
	showCode(s, step.a);
	showLoop(s);
	showOutput(index);
	showItem(index);
	showPicture(index);
	byId('slider').value = index;
	byId('slider').setAttribute('aria-valuetext',
		index + ' of ' + last + ', at ' + step.t + ' seconds');
	byId('tick').textContent = step.k;
	byId('step').textContent = step.n;
	byId('place').textContent = index + ' / ' + last;
	for (const id of ['first', 'back', 'beat-back'])
		byId(id).disabled = index === 0;
	for (const id of ['last', 'forward'])
		byId(id).disabled = index === last;
	byId('beat-next').disabled = nextBeat(index, 1) === index;
	noteAddress();
}

/* Go to a step because somebody said so: playing stops. */
function goTo(index) {
	pause();
	show(Math.max(0, Math.min(last, index)));
}

/* The next step that is a beat, or the one before; `index` if there is none. */
function nextBeat(index, direction) {
	for (let i = index + direction; i >= 0 && i <= last; i += direction)
		if (items[i].classList.contains('beat'))
			return i;
	return direction < 0 ? 0 : index;
}

/* The address says where one is. Browsers allow only so many changes of it in a while. */
let addressTimer = 0;

function noteAddress() {
	clearTimeout(addressTimer);
	addressTimer = setTimeout(() => {
		try {
			history.replaceState(null, '', '#step-' + here);
		} catch (refused) {
			/* It is not that important. */
		}
	}, 300);
}

function stepOfAddress() {
	const found = /^#step-(\d{1,9})$/.exec(location.hash);
	return found ? Math.min(Number(found[1]), last) : -1;
}

/* ---- playing ---------------------------------------------------------------------------- */

/* A step stands for at least so long, a beat as long as it takes to read, a wait no longer
 * than this; in seconds. */
const PACE = {step: 0.8, longest: 6, beat: 1.5, word: 0.3};
let timer = 0;

function holdOf(index) {
	const speed = Number(byId('speed').value);
	const gap = timeOf(index + 1) - timeOf(index);
	let seconds = Math.max(PACE.step, Math.min(PACE.longest, gap));
	if (items[index].classList.contains('beat')) {
		const words = items[index].querySelector('.caption').textContent.split(/\s+/).length;
		seconds = Math.max(seconds, PACE.beat + PACE.word * words);
	}
	return seconds / speed;
}

/* The cursor goes with the clock to the next step, which comes in so many seconds. */
function glide(seconds) {
	const from = here;
	const begin = performance.now();
	const at = (name, part) => name(from) + (name(from + 1) - name(from)) * part;
	const digits = Math.max(...[from, from + 1].map((i) => (steps[i].t.split('.')[1] || '').length));
	const frame = (now) => {
		const part = Math.max(0, (now - begin) / 1000 / seconds);
		if (!timer || here !== from || part >= 1)
			return;
		putCursor(at(xOf, part), at(timeOf, part).toFixed(digits));
		requestAnimationFrame(frame);
	};
	if (!still.matches && xOf(from + 1) > xOf(from))
		requestAnimationFrame(frame);
}

function playOn() {
	if (here === last) {
		pause();
		return;
	}
	const seconds = holdOf(here);
	timer = setTimeout(() => {
		show(here + 1);
		playOn();
	}, seconds * 1000);
	glide(seconds);
}

function setPlaying(on) {
	document.body.classList.toggle('playing', on);
	byId('play').setAttribute('aria-label', on ? 'Pause' : 'Play');
	/* Nobody wants each step read out while they go by. */
	byId('told').setAttribute('aria-live', on ? 'off' : 'polite');
}

function pause() {
	clearTimeout(timer);
	timer = 0;
	setPlaying(false);
}

function play() {
	if (here === last)
		show(0);
	setPlaying(true);
	playOn();
}

function playOrPause() {
	if (timer) {
		pause();
		showPicture(here);
	} else {
		play();
	}
}

/* ---- hands ---------------------------------------------------------------------------------- */

function changeSpeed(by) {
	const speed = byId('speed');
	const index = speed.selectedIndex + by;
	if (index >= 0 && index < speed.options.length)
		speed.selectedIndex = index;
}

const acts = {
	first: () => goTo(0),
	back: () => goTo(here - 1),
	play: playOrPause,
	forward: () => goTo(here + 1),
	last: () => goTo(last),
	'beat-back': () => goTo(nextBeat(here, -1)),
	'beat-next': () => goTo(nextBeat(here, 1)),
	ruler: () => setRuler(rulers[(rulers.indexOf(ruler) + 1) % rulers.length]),
	faster: () => changeSpeed(1),
	slower: () => changeSpeed(-1),
};

/* The terminal's own keys. */
const keys = {
	ArrowRight: 'forward', '.': 'forward', l: 'forward',
	ArrowLeft: 'back', ',': 'back', h: 'back',
	' ': 'play', Home: 'first', g: 'first', End: 'last', G: 'last',
	']': 'beat-next', PageDown: 'beat-next', '[': 'beat-back', PageUp: 'beat-back',
	t: 'ruler', '}': 'faster', '{': 'slower',
};

function pressKey(event) {
	const act = keys[event.key];
	if (!act || event.ctrlKey || event.altKey || event.metaKey)
		return;
	const on = event.target;
	/* A list of choices and a button take their own keys. */
	if (on.tagName === 'SELECT' || (on.type === 'radio' && event.key.startsWith('Arrow')))
		return;
	if (event.key === ' ' && (on.tagName === 'BUTTON' || on.type === 'radio'))
		return;
	event.preventDefault();
	acts[act]();
}

function clickStep(event) {
	const item = event.target.closest('li');
	if (!item || event.ctrlKey || event.metaKey || event.shiftKey)
		return;
	event.preventDefault();
	goTo(items.indexOf(item));
}

function makeMarks() {
	items.forEach((item, i) => {
		if (!item.classList.contains('beat'))
			return;
		const mark = element('i');
		mark.style.setProperty('--at', last ? i / last : 0);
		mark.title = item.querySelector('.caption').textContent;
		byId('marks').append(mark);
	});
}

function begin() {
	document.documentElement.classList.add('js');
	for (const item of items) {
		/* The address moves the steps, not the page. */
		item.removeAttribute('id');
		/* The tab key takes the list for one thing, not for thousands. */
		item.querySelector('a').tabIndex = -1;
	}
	makeCaptions();
	makeRoom();
	makeMarks();
	dropUnused();
	byId('rulers').hidden = rulers.length < 2;
	const slider = byId('slider');
	slider.max = last;
	slider.addEventListener('input', () => goTo(Number(slider.value)));
	for (const name of Object.keys(acts))
		if (byId(name) && byId(name).tagName === 'BUTTON')
			byId(name).addEventListener('click', acts[name]);
	for (const name of rulers) {
		makeNames(name);
		makeEndings(name);
		byId('ruler-' + name).addEventListener('change', () => setRuler(name));
		byId('picture-' + name).addEventListener('click', clickPicture);
		byId('picture-' + name).addEventListener('pointermove', dragPicture);
	}
	byId('steps').addEventListener('click', clickStep);
	document.addEventListener('keydown', pressKey);
	addEventListener('hashchange', () => {
		if (stepOfAddress() >= 0)
			goTo(stepOfAddress());
	});
	addEventListener('resize', () => followPicture(here));
	show(Math.max(0, stepOfAddress()));
	setRuler(ruler);
	scrollTo(0, 0);
}

begin();
})();
