// The first page, on one screen: what did it cost, was it worth it, what needs me.
"use strict";

(function (fl) {
    const { h } = fl;
    const DIMENSIONS = [["project", "Project"], ["model", "Model"], ["account", "Account"], ["fleet", "Fleet"], ["host", "Host"], ["provider", "Provider"]];

    const byDay = (table, rows, column) => {
        const days = table.column("called_on"), values = table.column(column), found = new Map();
        for (const i of rows) if (values[i] !== null && days[i] !== null) found.set(days[i], (found.get(days[i]) ?? 0) + values[i]);
        return found;
    };
    const spread = (ctx, found, since, until, most = 40) => fl.bins(since, until, most, ctx.build.by_day_since).map((bin) => {
        let sum = 0;
        for (let day = fl.dayNumber(bin.since), last = fl.dayNumber(bin.until); day <= last; day++) sum += found.get(fl.dayName(day)) ?? 0;
        return sum;
    });
    const edges = (ctx, table, rows) => {
        const days = rows.map((i) => table.column("called_on")[i]).filter((day) => day).sort();
        return { since: ctx.period.since ?? days[0] ?? ctx.today, until: ctx.period.until ?? days.at(-1) ?? ctx.today };
    };

    function tile(spec) {
        return h("section", { class: "tile " + spec.tone, "aria-label": spec.label },
            h("div", { class: "tile-label" }, h("i", { class: "swatch " + spec.tone }), h("a", { href: spec.href }, spec.label)),
            h("div", { class: "tile-value" }, spec.value, spec.of && h("small", {}, spec.of)),
            h("div", { class: "tile-note" }, spec.change && h("b", { class: "change", title: spec.against }, spec.change), spec.note),
            spec.spark ?? h("span", { class: "spark" }));
    }

    function moneyTile(ctx, table, rows, before, kind, label, note) {
        const here = fl.ofKind(table, rows, kind);
        const sum = here.length ? fl.sum(table, here, "cost_usd") : 0;
        const was = before && fl.sum(table, fl.ofKind(table, before.rows, kind), "cost_usd");
        const { since, until } = edges(ctx, table, rows);
        return tile({
            tone: kind, label, href: ctx.href("sessions", { sort: "-" + kind }), value: fl.usd(sum, kind),
            change: fl.change(sum, was), against: before && "against " + fl.usd(was, kind) + " in the " + before.name,
            note: note(here), spark: rows.length ? fl.spark(spread(ctx, byDay(table, here, "cost_usd"), since, until), kind) : null,
        });
    }

    const unpriced = (table, rows) => {
        const count = fl.sum(table, rows, "unpriced_call_count");
        return count ? fl.plural(count, "call") + " without a rate" : null;
    };

    function tiles(ctx) {
        const days = ctx.table("days"), rows = ctx.rows("days", "called_on");
        const before = ctx.before && { rows: fl.pass(days, ctx.params, ctx.before, "called_on"), name: fl.span(ctx.before) };
        const { since, until } = edges(ctx, days, rows);
        const tokens = ["input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"];
        const sumOf = (of) => fl.add(...tokens.map((name) => fl.sum(days, of, name)));
        const total = sumOf(rows), read = fl.sum(days, rows, "cache_read_tokens"), wrote = fl.sum(days, rows, "output_tokens");
        const perDay = new Map();
        for (const name of tokens) for (const [day, value] of byDay(days, rows, name)) perDay.set(day, (perDay.get(day) ?? 0) + value);
        return h("div", { class: "tiles" },
            moneyTile(ctx, days, rows, before, "billed", "Real spend", (here) => unpriced(days, here) ?? fl.plural(fl.sum(days, here, "model_call_count") ?? 0, "call") + " billed per token"),
            moneyTile(ctx, days, rows, before, "subscription", "Notional", (here) => unpriced(days, here) ?? fl.plural(fl.sum(days, here, "model_call_count") ?? 0, "call") + " under a flat rate"),
            planTile(ctx),
            tile({
                tone: "tokens", label: "Tokens", href: ctx.href("sessions", { sort: "-tokens" }), value: fl.short(total), change: fl.change(total, before && sumOf(before.rows)), against: before && "against the " + before.name,
                note: total ? fl.share(read, total, 1) + " cached · " + fl.short(wrote) + " out" : "no call had a count",
                spark: rows.length ? fl.spark(spread(ctx, perDay, since, until), "tokens") : null,
            }),
            outcomeTile(ctx));
    }

    function planTile(ctx) {
        const plans = ctx.table("plans");
        const rows = fl.pass(plans, ctx.params, null, null).filter((i) => {
            const month = plans.column("month_started_on")[i];
            return (!ctx.period.until || month <= ctx.period.until) && (!ctx.period.since || month.slice(0, 7) >= ctx.period.since.slice(0, 7));
        });
        const paid = fl.sum(plans, rows.filter((i) => plans.column("plan_count")[i]), "amortised_usd");
        const worth = fl.sum(plans, rows, "covered_use_usd");
        if (paid === null) return tile({ tone: "flat", label: "Flat rates paid", href: ctx.href("limits"), value: fl.UNKNOWN, note: "no [[plan]] in fleet.toml" });
        return tile({
            tone: "flat", label: "Flat rates paid", href: ctx.href("limits"), value: fl.usd(paid), of: "in these months",
            note: worth ? "covered ≈" + fl.usd(worth).replace("≈", "") + ": worth " + (worth / paid).toFixed(1) + "×" : "covered no use that has a price",
        });
    }

    const RESULTS = [["success", "Succeeded"], ["failure", "Failed"], ["neither", "Neither"], ["unknown", "Not observed"]];

    function outcomesOf(ctx) {
        const table = ctx.table("outcomes"), rows = ctx.rows("outcomes", "ended_on");
        const results = table.column("outcome_result");
        const count = (result) => fl.sum(table, rows.filter((i) => (results[i] ?? "unknown") === result), "task_count") ?? 0;
        return { table, rows, counts: Object.fromEntries(RESULTS.map(([name]) => [name, count(name)])), all: fl.sum(table, rows, "task_count") ?? 0 };
    }

    function outcomeTile(ctx) {
        const { counts, all } = outcomesOf(ctx);
        const judged = counts.success + counts.failure, observed = all - counts.unknown;
        const bar = h("span", { class: "share-bar small" }, all ? RESULTS.filter(([name]) => counts[name]).map(([name]) => h("i", { class: name, css: { "flex-grow": String(counts[name]) } })) : null);
        return tile({
            tone: "success", label: "Outcomes", href: ctx.href("outcomes"), value: all ? fl.count(counts.success) : fl.UNKNOWN, of: all ? "of " + fl.count(judged) + " judged" : null,
            note: all ? fl.share(observed, all) + " of " + fl.plural(all, "task") + " observed" : "no task in this selection", spark: bar,
        });
    }

    // The largest series by name, and the rest as one.
    fl.topSeries = (table, rows, name, value, most = 5) => {
        const groups = fl.groups(table, rows, [name]).map((group) => ({ name: fl.name(name, group.values[0]), sum: fl.sum(table, group.rows, value) ?? 0, rows: group.rows }));
        groups.sort((a, b) => b.sum - a.sum || fl.order(a.name, b.name));
        const top = groups.slice(0, most), rest = groups.slice(most);
        if (rest.length === 1) top.push(rest[0]);
        else if (rest.length) top.push({ name: rest.length + " others", rows: rest.flatMap((group) => group.rows) });
        return top.map((group) => ({ name: group.name, values: byDay(table, group.rows, value) }));
    };

    function daysPanel(ctx, kind, title, note) {
        const table = ctx.table("days");
        const rows = fl.ofKind(table, ctx.rows("days", "called_on"), kind);
        const priced = fl.sum(table, rows, "cost_usd");
        const { since, until } = edges(ctx, table, ctx.rows("days", "called_on"));
        const series = fl.topSeries(table, rows, "model", "cost_usd");
        const body = priced
            ? [fl.dayBars({ label: title + " by model, " + fl.span({ since, until }) + ": " + fl.usd(priced, kind) + " in all", series, since, until, byDay: ctx.build.by_day_since, tone: kind, short: fl.usdShort, format: (value) => fl.usd(value, kind), picked: (from, to) => ctx.set({ since: from, until: to, period: null }) }),
               h("ul", { class: "legend line" }, series.map((one, s) => h("li", {}, h("i", { class: `swatch ${kind} s${Math.min(s, 5)}` }), one.name)))]
            : fl.empty(kind === "billed" ? "Nothing was billed per token in this selection." : "No use was covered by a flat rate in this selection.", kind === "billed" && rows.length ? "Calls there were, but none has a rate." : null);
        return fl.panel({ title, note, source: "days", span: "half", body, figures: priced ? () => dayTable(table, rows, kind, title) : null });
    }
    function dayTable(table, rows, kind, title) {
        const groups = fl.groups(table, rows, ["called_on"]).map((group) => ({ day: group.values[0], sum: fl.sum(table, group.rows, "cost_usd"), calls: fl.sum(table, group.rows, "model_call_count") }));
        return fl.grid({ label: title + " by day", kind: "low", rows: groups, sort: "-day", columns: [{ id: "day", label: "Day", value: (row) => row.day, first: true, time: true }, { id: "calls", label: "Calls", num: true, value: (row) => row.calls, cell: (row) => fl.count(row.calls) }, fl.money("sum", "Amount", kind, (row) => row.sum)] });
    }

    function worthPanel(ctx) {
        const { table, rows, counts, all } = outcomesOf(ctx);
        const commits = fl.sum(table, rows, "default_branch_commit_count") ?? 0, merged = fl.sum(table, rows, "merged_pull_request_count") ?? 0;
        const observed = all - counts.unknown;
        const each = (kind, count) => {
            const cost = fl.sum(table, rows, kind + "_cost_usd");
            return cost === null || !count ? fl.UNKNOWN : fl.usd(cost / count, kind);
        };
        const line = (name, count, href) => ({ name, count, href });
        const lines = [line("success", counts.success), line("landed commit", commits), line("merged PR", merged)];
        const body = !all ? fl.empty("No task ended in this selection.") : [
            fl.shares(RESULTS.map(([name, text]) => ({ name: text, value: counts[name], text: fl.count(counts[name]), tone: name, href: counts[name] ? ctx.href("sessions", { result: name }) : null })), "Outcomes"),
            h("table", { class: "plain" }, h("caption", { class: "unseen" }, "What a result cost"),
                h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Cost of a"), h("th", { scope: "col", class: "num" }, "Results"), h("th", { scope: "col", class: "num" }, "Paid each"), h("th", { scope: "col", class: "num" }, "Notional each"))),
                h("tbody", {}, lines.map(({ name, count }) => h("tr", {}, h("th", { scope: "row" }, name), h("td", { class: "num" }, fl.count(count)), h("td", { class: "num" }, each("billed", count)), h("td", { class: "num" }, each("subscription", count)))))),
            h("p", { class: "note" }, 2 * observed <= all ? "Half of the tasks or more are not observed: take the prices as ceilings. " : "", "All money of the tasks, failures included, over the results."),
        ];
        return fl.panel({ title: "Was it worth it", source: "outcomes", span: "third", body, tools: h("a", { class: "go", href: ctx.href("outcomes") }, "Outcomes") });
    }

    // Asked for by the head of every page, too: the rows of a drawing are made once.
    fl.attentionRows = (ctx) => (ctx.attention ??= attentionRows(ctx));
    function attentionRows(ctx) {
        const table = ctx.table("attention");
        const column = (name) => table.column(name);
        const day = column("noticed_on"), of = column("session_key");
        // What is of no session concerns the whole ledger: it is not filtered away.
        const rows = [];
        for (let i = 0; i < table.count; i++) {
            const passes = !of[i] || (fl.FILTERS.every((name) => !ctx.params[name] || column(name)[i] === (ctx.params[name] === fl.NONE ? null : ctx.params[name])) && (!ctx.period.since || (day[i] ?? "") >= ctx.period.since) && (!ctx.period.until || (day[i] ?? "9") <= ctx.period.until));
            if (passes) rows.push(table.row(i));
        }
        return rows;
    }
    const KINDS = { budget_over: "Over budget", budget_warn: "Near a budget", unpriced_model: "No rate", failed_work: "Failed", unknown_term: "Unknown name", rejected_lines: "Does not parse", price_differs: "Price differs", audit_finding: "Audit" };
    fl.attentionItem = (row) => h("li", { class: "attention" },
        fl.severity(row.severity),
        h("div", {}, h("div", { class: "attention-what" }, h("b", {}, KINDS[row.attention_kind] ?? fl.words(row.attention_kind)), " ",
            row.session_key ? h("a", { href: "#/session/" + row.session_key }, fl.words(row.subject)) : h("span", {}, row.attention_kind === "unpriced_model" ? row.subject : fl.words(row.subject)),
            row.occurrence_count > 1 && h("span", { class: "soft" }, " × " + fl.count(row.occurrence_count))),
        h("div", { class: "attention-why" }, [row.title, row.project && fl.name("project", row.project)].filter(Boolean).join(" · ") || row.what_to_do)),
        h("time", { class: "soft" }, fl.day(row.noticed_on)));

    function needsPanel(ctx) {
        const rows = fl.attentionRows(ctx);
        const body = rows.length ? h("ul", { class: "attention-list" }, rows.slice(0, 6).map(fl.attentionItem)) : fl.empty("Nothing needs you.", "Budgets hold, every model has a rate, no work failed, and the audit found nothing in this selection.");
        return fl.panel({ title: "Needs you", source: "attention", span: "third", tools: h("a", { class: "go", href: ctx.href("attention") }, rows.length > 6 ? (fl.answers.get("attention").cut ? "The first " : "All ") + fl.count(rows.length) : "Queue"), body });
    }

    fl.breakdown = (ctx, span = "third", most = 7) => {
        const table = ctx.table("days"), rows = ctx.rows("days", "called_on");
        const by = DIMENSIONS.some(([name]) => name === ctx.params.by) ? ctx.params.by : "project";
        const groups = fl.groups(table, rows, [by]).map((group) => ({
            value: group.values[0],
            calls: fl.sum(table, group.rows, "model_call_count"),
            billed: fl.sum(table, fl.ofKind(table, group.rows, "billed"), "cost_usd"),
            subscription: fl.sum(table, fl.ofKind(table, group.rows, "subscription"), "cost_usd"),
        }));
        const largest = Math.max(0, ...groups.flatMap((group) => [group.billed ?? 0, group.subscription ?? 0]));
        const sorted = fl.sorted(groups, (group) => Math.max(group.billed ?? 0, group.subscription ?? 0), true);
        const select = h("select", { "aria-label": "Where it went: by", class: "small" }, DIMENSIONS.map(([name, text]) => h("option", { value: name, selected: name === by }, "by " + text.toLowerCase())));
        select.addEventListener("change", () => ctx.set({ by: select.value }));
        const only = (row) => ctx.set({ [by]: ctx.params[by] ? null : row.value ?? fl.NONE });
        const body = fl.grid({
            label: "Where it went, by " + by, rows: sorted, most, fixed: true, pick: only,
            columns: [
                { id: "value", label: DIMENSIONS.find(([name]) => name === by)[1], first: true, wide: true, value: (row) => fl.name(by, row.value), title: (row) => row.value,
                  cell: (row) => h("button", { class: "pick-name", type: "button", "aria-label": "Only " + fl.name(by, row.value), on: { click: () => only(row) } }, fl.name(by, row.value)) },
                fl.money("billed", "Paid", "billed", (row) => row.billed, largest),
                fl.money("subscription", "Notional", "subscription", (row) => row.subscription, largest),
            ],
        });
        const apart = ctx.build.projects_apart_count, rest = by === "project" && apart ? "The " + fl.count(apart) + " dearest projects stand apart; the rest of " + fl.count(ctx.build.project_count) + " is one." : null;
        return fl.panel({ title: "Where it went", source: "days", span, tools: select, note: rest, body });
    };

    // What tokens are, by what they cost each: the same four, in money and in counts.
    const PARTS = [["Cache reads", "part-read", "cache_read"], ["Cache writes", "part-write", "cache_write"], ["Output", "part-output", "output"], ["Fresh input", "part-input", "input"]];
    fl.paidForPanel = (ctx, span = "third") => {
        const table = ctx.table("days"), rows = ctx.rows("days", "called_on");
        const sums = (of, ending) => PARTS.map(([name, tone, part]) => ({ name, tone, value: fl.sum(table, of, part + ending) }));
        const measures = [["Paid", sums(fl.ofKind(table, rows, "billed"), "_cost_usd"), (value) => fl.usd(value)], ["Notional", sums(fl.ofKind(table, rows, "subscription"), "_cost_usd"), (value) => fl.usd(value, "subscription")], ["Tokens", sums(rows, "_tokens"), fl.short]];
        const whole = (parts) => parts.reduce((sum, part) => sum + (part.value ?? 0), 0);
        if (!measures.some(([, parts]) => whole(parts))) return fl.panel({ title: "What it paid for", source: "days", span, body: fl.empty("No call in this selection.") });
        const bars = measures.map(([name, parts]) => h("div", { class: "named-bar" }, h("span", {}, name), h("div", { class: "share-bar", role: "img", "aria-label": name + ": " + parts.map((part) => part.name + " " + fl.share(part.value ?? 0, whole(parts))).join(", ") }, parts.filter((part) => part.value > 0).map((part) => h("i", { class: part.tone, css: { "flex-grow": String(part.value / whole(parts)) } })))));
        const lines = PARTS.map(([name, tone], i) => h("tr", {}, h("th", { scope: "row" }, h("i", { class: "swatch " + tone }), " ", name), measures.map(([, parts, format]) => h("td", { class: "num" }, format(parts[i].value), h("div", { class: "soft" }, whole(parts) ? fl.share(parts[i].value ?? 0, whole(parts)) : fl.UNKNOWN)))));
        return fl.panel({ title: "What it paid for", source: "days", span, body: [bars, h("table", { class: "plain" }, h("caption", { class: "unseen" }, "What it paid for"), h("thead", {}, h("tr", {}, h("th", { scope: "col" }, ""), measures.map(([name]) => h("th", { scope: "col", class: "num" }, name)))), h("tbody", {}, lines))] });
    };

    fl.dearestPanel = (ctx, span) => {
        const host = h("div", { class: "waits" });
        ctx.later("sessions", (table) => {
            const rows = ctx.pass(table, "started_on").map((i) => table.row(i));
            const cost = (row) => Math.max(row.billed_cost_usd ?? 0, row.subscription_cost_usd ?? 0);
            const sorted = fl.sorted(rows, cost, true).slice(0, 8);
            host.replaceChildren(fl.grid({
                label: "The dearest sessions", rows: sorted, fixed: true, href: (row) => "#/session/" + row.session_key,
                columns: [
                    { id: "title", label: "Session", first: true, wide: true, value: (row) => fl.sessionName(row), title: (row) => fl.sessionName(row) },
                    fl.money("billed", "Paid", "billed", (row) => row.billed_cost_usd),
                    fl.money("subscription", "Notional", "subscription", (row) => row.subscription_cost_usd),
                ],
                empty: fl.empty("No session began in this selection."),
            }));
        });
        return fl.panel({ title: "The dearest sessions", source: "sessions", span, tools: h("a", { class: "go", href: ctx.href("sessions", { sort: "-cost" }) }, "All sessions"), body: host });
    };
    fl.sessionName = (row) => row.title || (row.project ? fl.base(row.project) + " · " : "") + row.session_id.slice(0, 8);

    fl.hoursPanel = (ctx, span) => {
        const host = h("div", { class: "waits heat-wait" });
        ctx.later("hours", (table) => {
            const rows = ctx.pass(table, "called_on");
            const values = Array.from({ length: 7 }, () => new Array(24).fill(0));
            const days = table.column("called_on"), hours = table.column("hour_of_day"), calls = table.column("model_call_count");
            for (const i of rows) values[(fl.dayNumber(days[i]) + 3) % 7][hours[i]] += calls[i];
            host.replaceChildren(rows.length ? fl.week({ values, label: "Model calls by weekday and hour, " + ctx.build.reporting_timezone, format: (value) => fl.plural(value, "call") }) : fl.empty("No call in this selection."));
        });
        return fl.panel({ title: "When it works", note: "Model calls by weekday and hour, " + ctx.build.reporting_timezone + ".", source: "hours", span, body: host });
    };

    fl.pages = {
        overview: {
            title: "Overview",
            draw(ctx) {
                const panels = h("div", { class: "panels" },
                    daysPanel(ctx, "billed", "Real spend over time", null),
                    daysPanel(ctx, "subscription", "Notional over time", null),
                    worthPanel(ctx), needsPanel(ctx), fl.breakdown(ctx));
                // Below the first screen.
                ctx.after(() => panels.append(fl.paidForPanel(ctx), fl.dearestPanel(ctx, "third"), fl.hoursPanel(ctx, "third")));
                return [tiles(ctx), panels];
            },
        },
    };
})((globalThis.fleetledger ??= {}));
