// The page's frame: addresses, filters, theme, and what is asked of the pages.
"use strict";

(function (fl) {
    const { h } = fl;
    const NAV = [["overview", "Overview"], ["sessions", "Sessions"], ["outcomes", "Outcomes"], ["quality", "Quality"], ["signals", "Signals"], ["tools", "Tools and audit"], ["limits", "Limits and plans"], ["whatif", "What if"], ["attention", "Needs you"], ["live", "Live"], ["about", "About the figures"]];
    const byId = (id) => document.getElementById(id);
    const live = () => document.documentElement.dataset.kind === "live";
    const NOTHING = "`fleetledger refresh` lands the logs of the agents on this machine, and `fleetledger page --demo --open` shows an invented fleet.";
    let drawn = 0, hasShown = null;
    // When the first page has been seen: what it does not wait for is asked for and drawn then.
    const shown = new Promise((resolve) => (hasShown = resolve));
    let isShown = false;
    shown.then(() => (isShown = true));
    fl.FIRST = ["build", "coverage", "days", "outcomes", "attention", "plans", "budgets"];

    // Projects by the last part of their path, and by as much more of it as tells one from another.
    function nameProjects() {
        const paths = fl.values(fl.table(fl.answers.get("days")), "project").filter((path) => path && path !== fl.OTHERS);
        fl.apart = new Set(paths);
        fl.projectNames = fl.shortest(paths);
    }

    function context(state) {
        const tables = new Map();
        const build = fl.table(fl.answers.get("build")).row(0) ?? {};
        const today = build.newest_on ?? null;
        const number = ++drawn;
        const ctx = {
            ...state, build, today,
            period: fl.wholeMonths(fl.period(state.params, today), build.by_day_since),
            table(name) {
                if (!tables.has(name)) tables.set(name, fl.table(fl.answers.get(name)));
                return tables.get(name);
            },
            rows(name, day) {
                const key = name + " rows";
                if (!tables.has(key)) tables.set(key, ctx.pass(ctx.table(name), day));
                return tables.get(key);
            },
            pass: (table, day, more) => fl.pass(table, state.params, ctx.period, day, more),
            set: (changes) => (location.hash = fl.toHash(state.page, { ...state.params, ...changes }, state.key)),
            // As `set`, but without a step to go back to: for what is typed, and for orders of tables.
            replace: (changes) => {
                Object.assign(state.params, changes);
                history.replaceState(null, "", fl.toHash(state.page, state.params, state.key));
            },
            href: (page, changes = {}) => fl.toHash(page, { ...kept(state.params), ...changes }),
            // What stands further down, or takes long to make, and may follow the first picture; later pages are drawn at once.
            after: (draw) => (isShown ? draw() : void shown.then(() => number === drawn && draw())),
            // What comes after the page is there; it is dropped where another page has been opened meanwhile.
            later: async (name, draw) => {
                if (fl.answers.has(name)) {
                    draw(ctx.table(name), true);
                    return;
                }
                try {
                    await shown;
                    const answer = await fl.load(name);
                    if (number === drawn) draw(fl.table(answer), Boolean(answer));
                } catch (error) {
                    if (number === drawn) draw(fl.table(null), false);
                    console.error(error);
                }
            },
        };
        // Whole months are not as long as one another: nothing stands beside them.
        const before = fl.before(ctx.period, today);
        ctx.before = before && build.by_day_since && before.since < build.by_day_since ? null : before;
        return ctx;
    }
    // The filters, which go along from page to page; orders and tabs do not.
    const kept = (params) => Object.fromEntries(Object.entries(params).filter(([name]) => [...fl.FILTERS, "since", "until", "period", "free"].includes(name)));

    function side(ctx) {
        const needs = fl.attentionRows(ctx).filter((row) => ["critical", "high"].includes(row.severity)).length;
        const links = NAV.filter(([name]) => fl.pages[name] && (name !== "live" || live())).map(([name, text]) => h("li", {}, h("a", { href: ctx.href(name), "aria-current": name === ctx.page || (ctx.page === "session" && name === "sessions") ? "page" : null }, text, name === "attention" && needs ? h("span", { class: "count", title: fl.count(needs) + " of them critical or high" }, fl.count(needs)) : null)));
        byId("side").replaceChildren(
            h("div", { class: "brand" }, fl.svg("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" }, fl.svg("path", { class: "a", d: "M3 16V9h3v7z" }), fl.svg("path", { class: "b", d: "M8.5 16V4h3v12z" }), fl.svg("path", { class: "c", d: "M14 16v-5h3v5z" })), "fleetledger", ctx.build.is_demo && h("span", { class: "demo" }, "Demo")),
            h("nav", { "aria-label": "Pages" }, h("ul", {}, links)),
            h("div", { class: "side-foot" },
                ctx.build.is_demo && h("p", { class: "demo-note" }, "Every figure is invented."),
                h("p", {}, ctx.build.as_of ? ["As of ", h("b", {}, fl.time(ctx.build.as_of) + " UTC")] : "Nothing is landed yet"),
                h("p", {}, fl.plural(ctx.build.session_count ?? 0, "session") + ", " + fl.short(ctx.build.landed_line_count) + (ctx.build.landed_line_count === 1 ? " line" : " lines")),
                h("p", {}, "Rates " + (ctx.build.rates_version ?? "") + (ctx.build.rates_date ? ", " + fl.day(ctx.build.rates_date, true) : "")),
                h("p", {}, "Times in UTC, days of " + (ctx.build.reporting_timezone ?? "UTC")),
                h("p", { id: "live-state" }, fl.liveState),
                theme()));
    }

    function theme() {
        const root = document.documentElement;
        const stored = () => {
            try { return localStorage.getItem("fleetledger-theme"); } catch { return null; }
        };
        const now = stored();
        if (now) root.dataset.theme = now;
        const select = h("select", { "aria-label": "Colours", class: "small" }, [["", "System colours"], ["dark", "Dark"], ["light", "Light"]].map(([value, text]) => h("option", { value, selected: value === (now ?? "") }, text)));
        select.addEventListener("change", () => {
            if (select.value) root.dataset.theme = select.value;
            else delete root.dataset.theme;
            try { localStorage.setItem("fleetledger-theme", select.value); } catch { /* A page that was opened as a file may have no storage: the choice then lasts as long as the page. */ }
        });
        return select;
    }

    const CHECKS = { final_usage: ["final usage", "of calls have the usage of the finished response; in the rest, output is a floor"], priced: ["priced", "of calls have a cost; the rest is in no sum"], cache_tier: ["cache tiers known", "of calls that wrote to a cache tell which; the rest is priced as five-minute writes"], lines_read: ["lines read", "of source lines parse; the rest is kept with the reason"], outcomes_observed: ["outcomes observed", "of main tasks have an outcome that could be seen"], telemetry_agrees: ["telemetry agrees", "of requests are told alike by transcript and telemetry"], client_totals_agree: ["client totals agree", "of sessions cost what the client itself summed"] };
    const GOES = { outcomes_observed: "outcomes", telemetry_agrees: "about", client_totals_agree: "about", lines_read: "attention", priced: "attention", final_usage: "about", cache_tier: "about" };

    function head(ctx) {
        const page = fl.pages[ctx.page];
        const coverage = ctx.table("coverage");
        const chips = Array.from({ length: coverage.count }, (_, i) => coverage.row(i)).map((row) => {
            const [name, about] = CHECKS[row.coverage_check] ?? [fl.words(row.coverage_check), ""];
            const enough = row.known_count >= 0.9 * row.total_count;
            return h("a", { class: "chip" + (enough ? "" : " part"), href: ctx.href(GOES[row.coverage_check] ?? "about"), title: "In the whole ledger, " + fl.count(row.known_count) + " of " + fl.count(row.total_count) + " " + about }, h("b", {}, fl.share(row.known_count, row.total_count)), " " + name);
        });
        const over = fl.rowsOf(ctx.table("budgets")).filter((row) => row.is_current && ["over", "warn"].includes(row.state));
        const past = over.some((row) => row.state === "over");
        if (over.length) chips.unshift(h("a", { class: "chip alert" + (past ? " over" : ""), href: ctx.href("limits"), title: over.map((row) => [row.scope, row.scope_name, row.period_name, fl.share(row.spent_share, 1)].filter(Boolean).join(" ")).join("\n") }, h("b", {}, fl.count(over.length)), past ? " over budget" : " near a budget"));
        byId("head").replaceChildren(
            h("div", { class: "title" }, h("h1", {}, page.title), h("span", { class: "span-name" }, page.nofilter || !ctx.today ? "" : fl.span(ctx.period) + (ctx.build.by_day_since && (ctx.period.since ?? "") < ctx.build.by_day_since ? ", by month before " + fl.day(ctx.build.by_day_since, true) : "") + (ctx.page === "overview" && ctx.before ? ", changes against " + fl.span(ctx.before) : "")), page.nofilter && ctx.page !== "about" ? "" : h("div", { class: "chips", role: "group", "aria-label": "How much is known, of the whole ledger" }, chips)),
            ...(page.nofilter || !ctx.today ? [] : [filters(ctx)]));
        byId("head").classList.toggle("bare", Boolean(page.nofilter || !ctx.today));
    }

    function filters(ctx) {
        const days = ctx.table("days");
        const chosen = ctx.params.since || ctx.params.until ? null : ctx.params.period ?? "30d";
        const periods = fl.tabs([["7d", "7d"], ["30d", "30d"], ["90d", "90d"], ["all", "All"]], chosen, (period) => ctx.set({ period, since: null, until: null }), "Period");
        const ends = { since: ctx.build.oldest_on, until: ctx.today };
        const day = (name, label) => {
            const input = h("input", { type: "date", "aria-label": label, value: ctx.period[name] ?? ends[name] ?? "" });
            input.addEventListener("change", () => ctx.set({ period: null, since: ctx.period.since, until: ctx.period.until, [name]: input.value || null }));
            return input;
        };
        // Chromium takes longer to make a field for a day than a panel.
        const dates = h("span", { class: "dates" });
        ctx.after(() => dates.replaceChildren(day("since", "First day"), "–", day("until", "Last day")));
        const selects = fl.FILTERS.map((name) => {
            const values = fl.values(days, name);
            if (values.length < 2 && !ctx.params[name]) return null;
            const known = values.some((value) => (value ?? fl.NONE) === ctx.params[name]);
            const select = h("select", { "aria-label": "Only this " + name, class: ctx.params[name] ? "on" : null },
                h("option", { value: "" }, name[0].toUpperCase() + name.slice(1)),
                !known && ctx.params[name] ? h("option", { value: ctx.params[name], selected: true }, ctx.params[name] + " (none here)") : null,
                values.map((value) => h("option", { value: value ?? fl.NONE, selected: (value ?? fl.NONE) === ctx.params[name] }, fl.name(name, value))));
            select.addEventListener("change", () => ctx.set({ [name]: select.value || null }));
            return select;
        });
        const free = days.column("cost_kind").includes("free") ? h("label", { class: "switch" }, h("input", { type: "checkbox", checked: Boolean(ctx.params.free), on: { change: (event) => ctx.set({ free: event.target.checked ? "1" : null }) } }), "Free calls") : null;
        const any = fl.FILTERS.some((name) => ctx.params[name]) || ctx.params.since || ctx.params.until;
        return h("div", { class: "filters", role: "search", "aria-label": "Filters" }, periods, dates, selects, free, any ? h("button", { class: "button", type: "button", on: { click: () => (location.hash = fl.toHash(ctx.page, {}, ctx.key)) } }, "Clear") : null);
    }

    function draw(keepPlace = false) {
        const state = fl.parseHash(location.hash);
        if (!fl.pages[state.page]) state.page = "overview";
        const ctx = context(state);
        fl.untip();
        const place = document.documentElement.scrollTop, focus = document.activeElement?.getAttribute?.("aria-label");
        side(ctx);
        head(ctx);
        const main = byId("main");
        const nothing = !ctx.today && !fl.pages[state.page].nofilter;
        main.replaceChildren(...[nothing ? fl.empty("Nothing is landed yet.", NOTHING) : fl.pages[state.page].draw(ctx)].flat(Infinity).filter(Boolean));
        document.title = fl.pages[state.page].title + " · fleetledger";
        // Only where it changes: to be told a place, a browser lays the page out at once, and again when charts are drawn.
        if (place) document.documentElement.scrollTop = keepPlace ? place : 0;
        // What was chosen with the keyboard keeps the keyboard, though the page is drawn anew.
        if (focus) [...document.querySelectorAll("[aria-label]")].find((element) => element.getAttribute("aria-label") === focus)?.focus({ preventScroll: true });
    }

    // A page is drawn when all is there that it shows, so that nothing in it jumps; until then the one before stays.
    let asked = 0;
    fl.go = async (keepPlace = false) => {
        const state = fl.parseHash(location.hash), needs = fl.pages[state.page]?.needs ?? [], number = ++asked;
        const missing = (typeof needs === "function" ? needs(state) : needs).filter((name) => !fl.answers.has(name));
        if (missing.length) {
            byId("main").setAttribute("aria-busy", "true");
            await Promise.allSettled(missing.map(fl.load));
            if (number !== asked) return;
        }
        byId("main").removeAttribute("aria-busy");
        draw(keepPlace);
    };

    async function begin() {
        await Promise.all(fl.FIRST.map(fl.load));
        let last = fl.parseHash(location.hash);
        addEventListener("hashchange", () => {
            const now = fl.parseHash(location.hash);
            fl.go(now.page === last.page && now.key === last.key);
            last = now;
        });
        byId("skip").addEventListener("click", (event) => {
            event.preventDefault();
            byId("main").focus();
        });
        document.addEventListener("keydown", (event) => {
            if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
                const search = document.querySelector('input[type="search"]');
                if (search) {
                    event.preventDefault();
                    search.focus();
                } else location.hash = "#/sessions";
            }
        });
        nameProjects();
        await fl.go();
        if (live()) fl.follow?.();
        // Charts are drawn when their width is known, in the first frame; a page that nobody sees has none.
        if (!document.hidden) await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        document.documentElement.dataset.ready = "yes";
        hasShown();
    }
    // What is drawn first needs no waiting: the answers stand in the page, and drawing goes before the first picture.
    if (typeof document !== "undefined") begin();
})((globalThis.fleetledger ??= {}));
