// What a server tells as it happens. A page that was exported has nobody to ask.
"use strict";

(function (fl) {
    const { h } = fl;
    const MOST = 400;
    const seen = [];
    let list = null, active = null, last = 0;

    const line = (event) => h("li", {}, h("time", {}, event.at), h("b", {}, fl.words(event.kind)), event.key ? h("a", { href: "#/session/" + event.key, title: event.session }, event.session.slice(0, 8)) : h("span", { class: "none" }, fl.UNKNOWN), h("span", { class: "what" }, [event.what, event.model, event.tokens ? fl.count(event.tokens) + " tokens out" : null].filter(Boolean).join(" · ")));

    function show(event) {
        event.at = new Date().toTimeString().slice(0, 8);
        seen.unshift(event);
        seen.length = Math.min(seen.length, MOST);
        if (!list?.isConnected) return;
        list.querySelector(".empty")?.parentElement.remove();
        list.prepend(line(event));
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
            setTimeout(drawActive);
            return h("div", { class: "panels" },
                fl.panel({ title: "Feed", note: "Lines of transcripts and telemetry as they come. Not yet in the ledger, and in none of its sums.", span: "two-thirds", body: list }),
                h("div", { class: "third stack" }, fl.panel({ title: "Active sessions", body: active }), fl.panel({ title: "Telemetry received", body: requests })));
        },
    };

    const state = (text) => {
        const place = document.getElementById("live-state");
        if (place) place.textContent = text;
    };

    // Follow the server: what happens is shown, and after a refresh the figures are asked for anew.
    fl.follow = () => {
        const events = new EventSource("api/feed");
        events.addEventListener("open", () => state("Live"));
        events.addEventListener("error", () => state("The server does not answer; trying again"));
        events.addEventListener("line", (event) => {
            // An event that comes again after a broken connection is not shown again.
            if (Number(event.lastEventId) <= last) return;
            last = Number(event.lastEventId);
            show(JSON.parse(event.data));
        });
        events.addEventListener("refreshed", async () => {
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
        });
    };
})((globalThis.fleetledger ??= {}));
