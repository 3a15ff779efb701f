// How well it went, and what goes on inside: rates, how responses ended, contexts, caches, prompts, versions.
"use strict";

(function (fl) {
    const { h } = fl;
    const { waits, NOT_THERE } = fl;
    const FEWEST = 5;
    const METRICS = [
        ["hallucination", "Hallucination", "Tasks that claim what is not so"],
        ["degradation", "Degradation", "Asks that did not end as they should"],
        ["clean_success", "Clean success", "Tasks that did what was asked, with evidence"],
        ["interrupt", "Interrupts", "Asks that a person broke off"],
        ["denial", "Denials", "Tools that a person turned down"],
        ["tool_error", "Tool errors", "Tool calls whose result is an error"],
    ];
    const rate = (counted, observed) => (observed >= FEWEST ? fl.share(counted, observed, 1) : observed ? "too few" : fl.UNKNOWN);

    const brief = (value) => (value >= 10000 ? fl.short(value) : fl.count(value));

    fl.pages.quality = {
        title: "Quality",
        needs: ["rates", "stops", "contexts", "cache", "asks", "versions", "version_changes"],
        draw: (ctx) => h("div", { class: "panels" },
            ratesPanel(ctx), weeksPanel(ctx, "degradation"), weeksPanel(ctx, "hallucination"),
            stopsPanel(ctx), contextsPanel(ctx), cachePanel(ctx), asksPanel(ctx), versionsPanel(ctx), changesPanel(ctx)),
    };

    const ratesPanel = (ctx) => fl.panel({
        title: "Rates by model", note: "Each rate is of what was observed; fewer than five observed give none.", source: "rates",
        body: waits(ctx, "rates", (table, there) => {
            if (!there) return fl.empty(NOT_THERE);
            const metrics = table.column("metric");
            const models = fl.groups(table, ctx.pass(table, "ended_on"), ["model"]).map((group) => {
                const of = Object.fromEntries(METRICS.map(([metric]) => {
                    const here = group.rows.filter((i) => metrics[i] === metric);
                    const sum = (column) => fl.sum(table, here, column) ?? 0;
                    return [metric, { counted: sum("counted_count"), observed: sum("observed_count"), eligible: sum("eligible_count") }];
                }));
                return { name: group.values[0], of };
            });
            return fl.grid({
                label: "Rates by model", rows: models, sort: "name", kind: "even",
                columns: [
                    { id: "name", label: "Model", first: true, value: (row) => fl.name("model", row.name), title: (row) => row.name },
                    ...METRICS.map(([metric, label, about]) => ({
                        id: metric, label, num: true,
                        value: (row) => (row.of[metric].observed >= FEWEST ? row.of[metric].counted / row.of[metric].observed : null),
                        cell: (row) => [rate(row.of[metric].counted, row.of[metric].observed), h(row.of[metric].counted ? "a" : "span", { class: "of", href: row.of[metric].counted ? ctx.href("sessions", { signal: "rates", part: metric, model: row.name ?? fl.NONE }) : null }, brief(row.of[metric].counted) + " of " + brief(row.of[metric].observed))],
                        title: (row) => about + ": " + fl.count(row.of[metric].counted) + " of " + fl.count(row.of[metric].observed) + " observed; " + fl.count(row.of[metric].eligible) + " could be",
                    })),
                ],
                empty: fl.empty("Nothing to rate in this selection."),
            });
        }, "ended_on"),
    });

    const weeksPanel = (ctx, metric) => {
        const [, label, about] = METRICS.find(([name]) => name === metric);
        return fl.panel({
            title: label + " by week", note: about + ", of those observed.", source: "rates", span: "half",
            body: waits(ctx, "rates", (table) => weeks(table, ctx.pass(table, "ended_on", (i) => table.column("metric")[i] === metric), metric), "ended_on"),
        });
    };
    function weeks(table, rows, metric) {
        const weeks = new Map();
        for (const group of fl.groups(table, rows, ["ended_on"])) {
            if (!group.values[0]) continue;
            const week = fl.weekOf(group.values[0]), of = weeks.get(week) ?? { week, counted: 0, observed: 0 };
            of.counted += fl.sum(table, group.rows, "counted_count") ?? 0;
            of.observed += fl.sum(table, group.rows, "observed_count") ?? 0;
            weeks.set(week, of);
        }
        const found = [...weeks.values()].filter((row) => row.observed).sort((a, b) => (a.week < b.week ? -1 : 1));
        if (!found.length) return fl.empty("Nothing was observed in this selection.");
        const enough = found.map((row) => (row.observed >= FEWEST ? row.counted / row.observed : null));
        if (!enough.some((value) => value)) {
            const none = enough.every((value) => value === null) ? "No week has five that were observed." : "None, in any week with five that were observed.";
            return fl.empty(none, fl.count(fl.add(...found.map((row) => row.counted))) + " of " + fl.count(fl.add(...found.map((row) => row.observed))) + " in all.");
        }
        return fl.sequence({
            label: fl.words(metric) + " by week", form: "bars", values: enough, tone: () => (metric === "hallucination" ? "failure" : "asks"),
            short: (value) => (100 * value).toFixed(value < 0.1 && value > 0 ? 1 : 0) + " %", name: (i) => fl.day(found[i].week),
            lines: (i) => ["Week of " + fl.day(found[i].week, true), rate(found[i].counted, found[i].observed), fl.count(found[i].counted) + " of " + fl.count(found[i].observed) + " observed"],
        });
    }

    // How responses ended. Where the log does not tell, it is neither good nor bad.
    const toneOf = (degraded) => (degraded === null ? "unknown" : degraded ? "failure" : "neither");
    const stopsPanel = (ctx) => fl.panel({
        title: "How responses ended", note: "Red broke off, was refused or ran into a limit.", source: "stops", span: "third",
        body: waits(ctx, "stops", (table, there) => {
            if (!there) return fl.empty(NOT_THERE);
            const rows = ctx.pass(table, "first_called_on");
            const found = fl.groups(table, rows, ["stop_reason", "is_degraded"]).map((group) => ({ name: group.values[0], degraded: group.values[1], calls: fl.sum(table, group.rows, "model_call_count") ?? 0 }));
            if (!found.length) return fl.empty("No call in this selection.");
            const told = fl.add(0, ...found.filter((row) => row.name !== null).map((row) => row.calls)), bad = fl.add(0, ...found.filter((row) => row.degraded).map((row) => row.calls));
            return [
                fl.shares(fl.sorted(found, (row) => row.calls, true).map((row) => ({ name: row.name === null ? "not told" : fl.words(row.name), value: row.calls, text: fl.count(row.calls), tone: toneOf(row.degraded), href: row.degraded ? fl.drill(ctx, "stops", row.name) : null })), "How responses ended"),
                h("p", { class: "note" }, fl.count(bad) + " of " + fl.count(told) + " whose end is told broke off or were refused: " + rate(bad, told) + "."),
            ];
        }, "first_called_on"),
    });

    const FULLNESS = [["full", "above 90 %", "failure"], ["high", "70 to 90 %", "asks"], ["roomy", "below 70 %", "neither"], [null, "window not known", "unknown"]];
    const contextsPanel = (ctx) => fl.panel({
        title: "How full contexts were", note: "Calls by the share of the model's published window.", source: "contexts", span: "third",
        body: waits(ctx, "contexts", (table, there) => {
            if (!there) return fl.empty(NOT_THERE);
            const rows = ctx.pass(table, "called_on");
            if (!rows.length) return fl.empty("No call in this selection.");
            const fullness = table.column("fullness"), kinds = table.column("step_kind");
            const calls = (here) => fl.sum(table, here, "model_call_count") ?? 0;
            const drops = calls(rows.filter((i) => kinds[i] === "drop")), all = calls(rows);
            const largest = rows.reduce((most, i) => Math.max(most, table.column("largest_context_tokens")[i] ?? 0), 0);
            return [
                fl.shares(FULLNESS.map(([name, text, tone]) => ({ name: text, tone, href: name === "full" || name === "high" ? fl.drill(ctx, "contexts", name) : null, value: calls(rows.filter((i) => fullness[i] === name)), text: fl.count(calls(rows.filter((i) => fullness[i] === name))) })), "How full contexts were"),
                h("p", { class: "note" }, fl.plural(drops, "time") + " compacted or cleared; " + fl.short((fl.sum(table, rows, "context_tokens") ?? 0) / (all || 1)) + " tokens a call, " + fl.short(largest) + " at most."),
            ];
        }, "called_on"),
    });

    const cachePanel = (ctx) => fl.panel({
        title: "What became of the cache", note: "Between two calls of a context: kept, or lost and why.", source: "cache", span: "third",
        body: waits(ctx, "cache", (table, there) => {
            if (!there) return fl.empty(NOT_THERE);
            const of = (rows, kind, column) => fl.sum(table, fl.ofKind(table, rows, kind), column);
            const found = fl.groups(table, ctx.pass(table, "called_on"), ["cache_outcome"]).map((group) => ({
                name: group.values[0], gaps: fl.sum(table, group.rows, "gap_count"), lost: fl.sum(table, group.rows, "lost_tokens"),
                billed: of(group.rows, "billed", "rewrite_cost_usd"), subscription: of(group.rows, "subscription", "rewrite_cost_usd"),
                hour: Object.fromEntries(["billed", "subscription"].map((kind) => [kind, of(group.rows, kind, "long_life_usd")])),
            }));
            return [
                fl.grid({
                    label: "What became of the cache", rows: found, sort: "-gaps", href: (row) => (row.name === "kept" ? null : fl.drill(ctx, "cache", row.name)),
                    columns: [
                        { id: "name", label: "Outcome", first: true, wide: true, value: (row) => fl.words(row.name) },
                        { id: "gaps", label: "Times", num: true, value: (row) => row.gaps, cell: (row) => fl.count(row.gaps) },
                        { id: "lost", label: "Lost", num: true, minor: true, value: (row) => row.lost, cell: (row) => fl.short(row.lost) },
                        fl.money("billed", "Paid", "billed", (row) => row.billed),
                        fl.money("subscription", "Notional", "subscription", (row) => row.subscription),
                    ],
                    empty: fl.empty("No context of this selection has two calls."),
                }),
                found.length ? h("p", { class: "note" }, "Amounts: what writing it again cost beyond reading it. ", hour(found)) : null,
            ];
        }, "called_on"),
    });

    // What a life of an hour instead of five minutes would have come to, kind by kind.
    const hour = (found) => {
        const told = ["billed", "subscription"].map((kind) => [kind, fl.add(...found.map((row) => row.hour[kind]))]).filter(([, value]) => value).map(([kind, value]) => (value > 0 ? "saved " : "cost ") + fl.usd(Math.abs(value), kind) + (value > 0 ? "" : " more"));
        return told.length ? "Kept for an hour, it would have " + told.join(" and ") + "." : null;
    };

    const asksPanel = (ctx) => fl.panel({
        title: "The dearest prompts", note: "A prompt of a person, with all that followed it up to the next.", source: "asks", span: "two-thirds",
        body: waits(ctx, "asks", (table, there) => {
            if (!there) return fl.empty(NOT_THERE);
            const rows = ctx.pass(table, "prompted_on").map((i) => table.row(i));
            return fl.grid({
                label: "The dearest prompts", rows, most: 12, href: (row) => "#/session/" + row.session_key,
                columns: [
                    { id: "session", label: "Session", first: true, wide: true, value: fl.sessionName, title: fl.sessionName },
                    { id: "turn", label: "Turn", num: true, value: (row) => row.turn_number },
                    { id: "at", label: "When", time: true, minor: true, value: (row) => row.prompted_at, cell: (row) => fl.moment(row.prompted_at, ctx.today) },
                    { id: "took", label: "Took", num: true, minor: true, value: (row) => row.answered_ms, cell: (row) => fl.duration(row.answered_ms) },
                    { id: "calls", label: "Calls", num: true, minor: true, value: (row) => row.model_call_count, cell: (row) => fl.count(row.model_call_count) },
                    { id: "tools", label: "Tools", num: true, minor: true, value: (row) => row.tool_call_count, cell: (row) => fl.count(row.tool_call_count) },
                    fl.money("billed", "Paid", "billed", (row) => row.billed_cost_usd),
                    fl.money("subscription", "Notional", "subscription", (row) => row.subscription_cost_usd),
                ],
                empty: fl.empty("No person prompted anything in this selection."),
            });
        }, "prompted_on"),
    });

    // What changed with a version: more or less of it than before where the intervals do not meet.
    const CHANGES = { more: "more", less: "less", same: "no change seen", too_few: "too few" };
    const changesPanel = (ctx) => fl.panel({
        title: "Versions against those before", note: "All time. What changed with a version, not that the version changed it: intervals that do not meet, from enough sessions.", source: "version_changes",
        body: waits(ctx, "version_changes", (table, there) => {
            if (!there) return fl.empty(NOT_THERE);
            const share = (id, label, part, all, bad) => ({
                id, label, num: true, value: (row) => (row[all] ? row[part] / row[all] : null),
                cell: (row) => [row[all] ? fl.share(row[part], row[all], 1) : fl.UNKNOWN, h("span", { class: "of" + (row[id + "_change"] === bad ? " worse" : "") }, CHANGES[row[id + "_change"]] ?? "")],
                title: (row) => fl.count(row[part]) + " of " + fl.count(row[all]),
            });
            return fl.grid({
                label: "Versions against those before", rows: table.count ? fl.rowsOf(table).filter((row) => !ctx.params.fleet || row.fleet === ctx.params.fleet) : [], most: 12, kind: "even",
                columns: [
                    { id: "version", label: "Version", first: true, wide: true, value: (row) => row.version_name, title: (row) => row.version_name },
                    { id: "fleet", label: "Fleet", minor: true, value: (row) => row.fleet },
                    { id: "before", label: "Before it", minor: true, capped: true, value: (row) => row.previous_version_name, title: (row) => row.previous_version_name },
                    { id: "first", label: "First", time: true, minor: true, value: (row) => row.first_used_on, cell: (row) => fl.moment(row.first_used_on, ctx.today) },
                    { id: "sessions", label: "Sessions", num: true, value: (row) => row.session_count, cell: (row) => fl.count(row.session_count) },
                    { id: "tokens", label: "Tokens, median", num: true, minor: true, value: (row) => row.median_tokens, cell: (row) => fl.short(row.median_tokens), title: (row) => "before it " + fl.short(row.previous_median_tokens) },
                    share("tool_error_share", "Tool errors", "tool_error_count", "tool_call_count", "more"),
                    share("degraded_share", "Degraded", "degraded_call_count", "ended_call_count", "more"),
                    share("success_share", "Succeeded", "successful_session_count", "decided_session_count", "less"),
                ],
                empty: fl.empty("No session is of one version in nine calls of ten."),
            });
        }, null),
    });

    const versionsPanel = (ctx) => fl.panel({
        title: "Versions of Claude Code", note: "All time. A change of quality may be a change of version.", source: "versions", span: "third",
        body: waits(ctx, "versions", (table) => fl.grid({
            label: "Versions", rows: fl.rowsOf(table), sort: "-first", most: 12,
            columns: [
                { id: "version", label: "Version", first: true, wide: true, value: (row) => row.client_version },
                { id: "first", label: "First", time: true, value: (row) => row.first_called_on, cell: (row) => fl.moment(row.first_called_on, ctx.today) },
                { id: "last", label: "Last", time: true, value: (row) => row.last_called_on, cell: (row) => fl.moment(row.last_called_on, ctx.today) },
                { id: "calls", label: "Calls", num: true, value: (row) => row.model_call_count, cell: (row) => fl.count(row.model_call_count) },
            ],
            empty: fl.empty("No line names a version."),
        }), null),
    });
})((globalThis.fleetledger ??= {}));
