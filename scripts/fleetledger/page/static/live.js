// What a server tells as it happens. A page that was exported has nobody to ask.
"use strict";

(function (fl) {
    const { h } = fl;
    const MOST = 400;
    const seen = [];
    let list = null, active = null, quiet = null, last = 0;

    const line = (event) => h("li", {}, h("time", {}, event.at), h("b", {}, fl.words(event.kind)), event.key ? h("a", { href: "#/session/" + event.key, title: event.session }, event.session.slice(0, 8)) : h("span", { class: "none" }, fl.UNKNOWN), h("span", { class: "what" }, [event.what, event.model, event.tokens ? fl.count(event.tokens) + " tokens out" : null].filter(Boolean).join(" · ")));

    // Events are shown some times a second, however many come: the newest of them, and no more than a page can hold.
    const waiting = [];
    let timer = null;
    function show(event) {
        event.at = new Date().toTimeString().slice(0, 8);
        if (event.key) {
            lastly.set(event.key, { kind: event.kind, time: Date.now() });
            if (cards.delete(event.key)) drawQuiet();
        }
        waiting.push(event);
        if (waiting.length > MOST) waiting.shift();
        timer ??= setTimeout(drawWaiting, 200);
    }
    function drawWaiting() {
        timer = null;
        const fresh = waiting.splice(0).reverse();
        seen.unshift(...fresh);
        seen.length = Math.min(seen.length, MOST);
        if (!list?.isConnected) return;
        list.querySelector(".empty")?.parentElement.remove();
        list.prepend(...fresh.map(line));
        while (list.children.length > MOST) list.lastChild.remove();
        drawActive();
    }

    function drawActive() {
        if (!active?.isConnected) return;
        const sessions = new Map();
        for (const event of [...seen].reverse()) if (event.key) sessions.set(event.key, { ...event, events: (sessions.get(event.key)?.events ?? 0) + 1 });
        const rows = [...sessions.values()].reverse().sort((a, b) => (a.at < b.at ? 1 : -1));
        active.replaceChildren(fl.grid({ label: "Active sessions", rows, fixed: true, most: 20, href: (row) => "#/session/" + row.key, columns: [{ id: "session", label: "Session", first: true, wide: true, value: (row) => row.session }, { id: "events", label: "Events", num: true, value: (row) => row.events }, { id: "kind", label: "Last", value: (row) => fl.words(row.kind) }, { id: "at", label: "At", value: (row) => row.at }], empty: fl.empty("No session has done anything since this page was opened.") }));
    }

    // A session falls quiet half a minute after an answer, which waits for a person, and five minutes after anything else.
    const QUIET = { answer: 30e3, else: 300e3 };
    const LOOK = 5000, MOST_CARDS = 12;
    const lastly = new Map(), cards = new Set();
    function lookForQuiet() {
        const now = Date.now();
        for (const [key, { kind, time }] of lastly) {
            if (now - time < (QUIET[kind] ?? QUIET.else)) continue;
            lastly.delete(key);
            cards.add(key);
            fl.answers.delete("sessions/" + key);
            if (cards.size > MOST_CARDS) cards.delete(cards.values().next().value);
            drawQuiet();
        }
    }
    // The cards, the last first. What the ledger does not have yet comes with the next refresh, which draws them anew.
    async function drawQuiet() {
        if (!quiet?.isConnected) return;
        const host = quiet, found = await Promise.allSettled([...cards].reverse().map((key) => fl.load("sessions/" + key)));
        const there = found.map((one) => one.value).filter((answer) => answer);
        host.replaceChildren(...there.map((answer) => fl.sessionCard(answer.parts)), ...(there.length ? [] : [fl.empty("No session has fallen quiet since this page was opened.", "Half a minute after its last answer, or five minutes after anything else, what it came to stands here.")]));
    }

    fl.pages.live = {
        title: "Live", nofilter: true,
        draw(ctx) {
            list = h("ul", { class: "feed", "aria-label": "What happens" }, seen.length ? seen.map(line) : h("li", {}, fl.empty("Nothing has happened since this page was opened.", "A prompt in a watched session appears here within two seconds, and its cost in the ledger with the next refresh.")));
            active = h("div", {});
            const requests = h("div", {});
            fetch("api/requests").then((response) => response.json()).then((found) => {
                const rows = Object.entries(found.requests).map(([name, count]) => ({ name, count }));
                requests.replaceChildren(rows.length ? fl.grid({ label: "Requests", rows, fixed: true, columns: [{ id: "name", label: "Signal and status", first: true, wide: true, value: (row) => row.name }, { id: "count", label: "Requests", num: true, value: (row) => row.count, cell: (row) => fl.count(row.count) }] }) : fl.empty("No telemetry has come.", "`fleetledger telemetry env --endpoint " + location.origin + "` prints what to set where Claude Code runs."));
            }).catch((error) => console.error(error));
            quiet = h("div", { class: "cards" });
            setTimeout(() => {
                drawActive();
                drawQuiet();
            });
            return h("div", { class: "panels" },
                fl.panel({ title: "Feed", note: "Lines of transcripts and telemetry as they come. Not yet in the ledger, and in none of its sums.", span: "two-thirds", body: list }),
                h("div", { class: "third stack" }, fl.panel({ title: "Active sessions", body: active }), fl.panel({ title: "Fell quiet", source: "session", body: quiet }), fl.panel({ title: "Telemetry received", body: requests })));
        },
    };

    const state = (text) => {
        fl.liveState = text;
        const place = document.getElementById("live-state");
        if (place) place.textContent = text;
    };

    async function drawAnew() {
        fl.forget();
        try {
            await Promise.all(fl.FIRST.map(fl.load));
            await fl.go(true);
            state("Live");
            fl.say("The ledger was refreshed.");
        } catch (error) {
            state("The new figures did not come");
            console.error(error);
        }
    }

    // What one page was told, for all that are open.
    function take(told) {
        if (told.state) state(told.state);
        if (told.refreshed) drawAnew();
        // An event that comes again, after a broken connection or from another page, is not shown again.
        if (told.line && told.number > last) {
            last = told.number;
            show(told.line);
        }
    }

    // Follow the server: what happens is shown, and after a refresh the figures are asked for anew. Of the pages that are
    // open in a browser one follows and tells the others, for a browser holds no more than six connections to a server.
    fl.follow = () => {
        setInterval(lookForQuiet, LOOK);
        const others = globalThis.BroadcastChannel && navigator.locks ? new BroadcastChannel("fleetledger") : null;
        const pass = (told) => {
            take(told);
            others?.postMessage(told);
        };
        const lead = () => new Promise(() => {
            const events = new EventSource("api/feed" + (last ? "?after=" + last : ""));
            events.addEventListener("open", () => pass({ state: "Live" }));
            events.addEventListener("error", () => pass({ state: "The server does not answer; trying again" }));
            events.addEventListener("line", (event) => pass({ number: Number(event.lastEventId), line: JSON.parse(event.data) }));
            events.addEventListener("refreshed", () => pass({ refreshed: true }));
        });
        if (!others) return lead();
        others.addEventListener("message", (event) => take(event.data));
        state("Live");
        // Held for as long as the page is open; then the next in the queue leads.
        return navigator.locks.request("fleetledger", lead);
    };
})((globalThis.fleetledger ??= {}));
