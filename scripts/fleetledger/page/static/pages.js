// The other pages: outcomes, quality, tools and audit, limits, what if, the queue, and where the figures come from.
"use strict";

(function (fl) {
    const { h } = fl;
    const rowsOf = (table) => Array.from({ length: table.count }, (_, i) => table.row(i));
    const waits = (ctx, name, draw, kind = "") => {
        const host = h("div", { class: "waits " + kind });
        ctx.later(name, (table, there) => host.replaceChildren(...[draw(table, there)].flat(Infinity).filter(Boolean)));
        return host;
    };
    const NOT_THERE = "The published file has no such table; a refresh by this version adds it.";

    fl.pages.outcomes = {
        title: "Outcomes",
        draw(ctx) {
            const table = ctx.table("outcomes"), rows = ctx.rows("outcomes", "ended_on");
            const byClass = fl.groups(table, rows, ["outcome_class", "outcome_result"]).map((group) => ({ name: group.values[0], result: group.values[1], tasks: fl.sum(table, group.rows, "task_count"), billed: fl.sum(table, group.rows, "billed_cost_usd"), subscription: fl.sum(table, group.rows, "subscription_cost_usd"), commits: fl.sum(table, group.rows, "default_branch_commit_count"), merged: fl.sum(table, group.rows, "merged_pull_request_count"), sure: fl.sum(table, group.rows.filter((i) => table.column("outcome_confidence")[i] === "definite"), "task_count") ?? 0 }));
            const models = fl.groups(table, rows, ["model"]).map((group) => {
                const of = (result) => fl.sum(table, group.rows.filter((i) => table.column("outcome_result")[i] === result), "task_count") ?? 0;
                const all = fl.sum(table, group.rows, "task_count");
                return { name: group.values[0], all, success: of("success"), failure: of("failure"), observed: all - of("unknown"), merged: fl.sum(table, group.rows, "merged_pull_request_count"), billed: fl.sum(table, group.rows, "billed_cost_usd"), subscription: fl.sum(table, group.rows, "subscription_cost_usd") };
            });
            const each = (row, kind) => (row[kind] === null || !row.success || 2 * row.observed <= row.all ? null : row[kind] / row.success);
            const differ = rows.filter((i) => table.column("fleet")[i] === "mu" && table.column("mu_outcome_class")[i] !== null);
            const mu = fl.groups(table, differ, ["outcome_class", "mu_outcome_class"]).map((group) => ({ ours: group.values[0], theirs: group.values[1], tasks: fl.sum(table, group.rows, "task_count") }));
            return h("div", { class: "panels" },
                fl.panel({ title: "What came of the work", note: "Main tasks, by the day on which they ended. Evidence decides; what nothing tells of is not observed, not failed.", source: "outcomes", span: "two-thirds", body: fl.grid({ label: "Outcomes by class", rows: byClass, sort: "-tasks", columns: [
                    { id: "name", label: "Outcome", first: true, wide: true, value: (row) => row.name, cell: (row) => fl.outcome(row.name, row.result) }, { id: "tasks", label: "Tasks", num: true, value: (row) => row.tasks, cell: (row) => fl.count(row.tasks) }, { id: "sure", label: "Seen for certain", num: true, minor: true, value: (row) => row.sure, cell: (row) => fl.count(row.sure) }, { id: "commits", label: "Commits", num: true, minor: true, value: (row) => row.commits, cell: (row) => fl.count(row.commits) }, { id: "merged", label: "Merged", num: true, minor: true, value: (row) => row.merged, cell: (row) => fl.count(row.merged) }, fl.money("billed", "Paid", "billed", (row) => row.billed), fl.money("subscription", "Notional", "subscription", (row) => row.subscription)], empty: fl.empty("No task ended in this selection.") }) }),
                fl.panel({ title: "mu's verdict beside", note: "The same tasks of mu, by mu's own rules over the same evidence.", source: "outcomes", span: "third", body: mu.length ? fl.grid({ label: "Verdicts of mu", rows: mu, sort: "-tasks", columns: [{ id: "ours", label: "Here", first: true, value: (row) => row.ours, cell: (row) => fl.words(row.ours) }, { id: "theirs", label: "mu", value: (row) => row.theirs, cell: (row) => fl.words(row.theirs) }, { id: "tasks", label: "Tasks", num: true, value: (row) => row.tasks }] }) : fl.empty("No task of mu in this selection.") }),
                fl.panel({ title: "What a success cost, by model", note: "All money of the tasks, failures included, over the successes. No price where half of the tasks or more are not observed.", source: "outcomes", body: fl.grid({ label: "Outcomes by model", rows: models, sort: "-all", columns: [{ id: "name", label: "Model", first: true, wide: true, value: (row) => fl.name("model", row.name) }, { id: "all", label: "Tasks", num: true, value: (row) => row.all, cell: (row) => fl.count(row.all) }, { id: "observed", label: "Observed", num: true, minor: true, value: (row) => row.observed / row.all, cell: (row) => fl.share(row.observed, row.all) }, { id: "success", label: "Succeeded", num: true, value: (row) => row.success, cell: (row) => fl.count(row.success) }, { id: "failure", label: "Failed", num: true, value: (row) => row.failure, cell: (row) => fl.count(row.failure) }, { id: "merged", label: "Merged", num: true, minor: true, value: (row) => row.merged, cell: (row) => fl.count(row.merged) }, fl.money("billed", "Paid each", "billed", (row) => each(row, "billed")), fl.money("subscription", "Notional each", "subscription", (row) => each(row, "subscription"))], empty: fl.empty("No task ended in this selection.") }) }));
        },
    };

    const FEWEST = 5;
    const rate = (counted, observed) => (observed >= FEWEST ? fl.share(counted, observed, 1) : observed ? "too few" : fl.UNKNOWN);
    fl.pages.quality = {
        title: "Quality",
        draw(ctx) {
            const METRICS = [["hallucination", "Hallucination", "Tasks that claim what is not so"], ["degradation", "Degradation", "Asks that did not end as they should"], ["clean_success", "Clean success", "Tasks that did what was asked, with evidence"], ["interrupt", "Interrupts", "Asks that a person broke off"], ["denial", "Denials", "Tools that a person turned down"], ["tool_error", "Tool errors", "Tool calls whose result is an error"]];
            return h("div", { class: "panels" },
                fl.panel({ title: "Rates by model", note: "Each rate is of what was observed; fewer than five observed give none.", source: "rates", body: waits(ctx, "rates", (table, there) => {
                    if (!there) return fl.empty(NOT_THERE);
                    const rows = ctx.pass(table, "week_started_on");
                    const models = fl.groups(table, rows, ["model"]).map((group) => {
                        const of = Object.fromEntries(METRICS.map(([metric]) => {
                            const here = group.rows.filter((i) => table.column("metric")[i] === metric);
                            return [metric, { counted: fl.sum(table, here, "counted_count") ?? 0, observed: fl.sum(table, here, "observed_count") ?? 0, eligible: fl.sum(table, here, "eligible_count") ?? 0 }];
                        }));
                        return { name: group.values[0], of };
                    });
                    return fl.grid({ label: "Rates by model", rows: models, sort: "name", columns: [{ id: "name", label: "Model", first: true, wide: true, value: (row) => fl.name("model", row.name) }, ...METRICS.map(([metric, label, about]) => ({ id: metric, label, num: true, value: (row) => (row.of[metric].observed >= FEWEST ? row.of[metric].counted / row.of[metric].observed : null), cell: (row) => [rate(row.of[metric].counted, row.of[metric].observed), h("div", { class: "soft" }, fl.count(row.of[metric].counted) + " of " + fl.count(row.of[metric].observed))], title: (row) => about + "; " + fl.count(row.of[metric].eligible) + " could be observed" }))], empty: fl.empty("Nothing to rate in this selection.") });
                }) }),
                ["degradation", "hallucination"].map((metric) => fl.panel({ title: METRICS.find(([name]) => name === metric)[1] + " by week", note: METRICS.find(([name]) => name === metric)[2] + ", of those observed.", source: "rates", span: "half", body: waits(ctx, "rates", (table) => weeks(table, ctx.pass(table, "week_started_on", (i) => table.column("metric")[i] === metric), metric)) })),
                fl.panel({ title: "What became of the cache", note: "Between two calls of a context: kept, or lost and why; what writing it again cost beyond reading it.", source: "cache", body: waits(ctx, "cache", (table, there) => {
                    if (!there) return fl.empty(NOT_THERE);
                    const rows = ctx.pass(table, "called_on");
                    const of = (here, kind, column) => fl.sum(table, fl.ofKind(table, here, kind), column);
                    const found = fl.groups(table, rows, ["cache_outcome"]).map((group) => ({ name: group.values[0], gaps: fl.sum(table, group.rows, "gap_count"), lost: fl.sum(table, group.rows, "lost_tokens"), billed: of(group.rows, "billed", "rewrite_cost_usd"), subscription: of(group.rows, "subscription", "rewrite_cost_usd") }));
                    return fl.grid({ label: "What became of the cache", rows: found, sort: "-gaps", columns: [{ id: "name", label: "Outcome", first: true, wide: true, value: (row) => fl.words(row.name) }, { id: "gaps", label: "Times", num: true, value: (row) => row.gaps, cell: (row) => fl.count(row.gaps) }, { id: "lost", label: "Tokens lost", num: true, minor: true, value: (row) => row.lost, cell: (row) => fl.short(row.lost) }, fl.money("billed", "Paid again", "billed", (row) => row.billed), fl.money("subscription", "Notional", "subscription", (row) => row.subscription)], empty: fl.empty("No context of this selection has two calls.") });
                }) }),
                fl.panel({ title: "Versions of Claude Code", note: "When each was first and last seen: a change of quality may be a change of version.", source: "versions", body: waits(ctx, "versions", (table) => fl.grid({ label: "Versions", rows: rowsOf(table), sort: "-first", columns: [{ id: "version", label: "Version", first: true, wide: true, value: (row) => row.client_version }, { id: "first", label: "First seen", time: true, value: (row) => row.first_called_on }, { id: "last", label: "Last seen", time: true, value: (row) => row.last_called_on }, { id: "calls", label: "Calls", num: true, value: (row) => row.model_call_count, cell: (row) => fl.count(row.model_call_count) }], empty: fl.empty("No line names a version.") })) }));
        },
    };
    function weeks(table, rows, metric) {
        const found = fl.groups(table, rows, ["week_started_on"]).map((group) => ({ week: group.values[0], counted: fl.sum(table, group.rows, "counted_count") ?? 0, observed: fl.sum(table, group.rows, "observed_count") ?? 0 })).filter((row) => row.week && row.observed).sort((a, b) => (a.week < b.week ? -1 : 1));
        if (!found.length) return fl.empty("Nothing was observed in this selection.");
        const enough = found.map((row) => (row.observed >= FEWEST ? row.counted / row.observed : null));
        if (!enough.some((value) => value)) return fl.empty(enough.every((value) => value === null) ? "No week has five that were observed." : "None, in any week with five that were observed.", fl.count(fl.add(...found.map((row) => row.counted))) + " of " + fl.count(fl.add(...found.map((row) => row.observed))) + " in all.");
        return fl.sequence({ label: fl.words(metric) + " by week", form: "bars", values: enough, tone: () => (metric === "hallucination" ? "failure" : "asks"), short: (value) => (100 * value).toFixed(value < 0.1 ? 1 : 0) + " %", name: (i) => fl.day(found[i].week), lines: (i) => ["Week of " + fl.day(found[i].week, true), rate(found[i].counted, found[i].observed), fl.count(found[i].counted) + " of " + fl.count(found[i].observed) + " observed"] });
    }

    fl.pages.tools = {
        title: "Tools and audit",
        draw(ctx) {
            return h("div", { class: "panels" },
                fl.panel({ title: "Tools", note: "A tool's cost is its share of the call that asked for it. How long tools took is of all time: medians do not add up over days.", source: "tools", body: waits(ctx, "tools", (table, there) => {
                    if (!there) return fl.empty(NOT_THERE);
                    const host = h("div", {}), ignored = fl.ignored(table, ctx.params, "called_on");
                    const rows = ctx.pass(table, "called_on");
                    const tools = fl.groups(table, rows, ["tool_name", "mcp_server"]).map((group) => ({ name: group.values[0], server: group.values[1], calls: fl.sum(table, group.rows, "tool_call_count"), results: fl.sum(table, group.rows, "result_count") ?? 0, failed: fl.sum(table, group.rows, "tool_error_count") ?? 0, billed: fl.sum(table, fl.ofKind(table, group.rows, "billed"), "shared_cost_usd"), subscription: fl.sum(table, fl.ofKind(table, group.rows, "subscription"), "shared_cost_usd") }));
                    ctx.later("tool_times", (times) => {
                        const of = new Map(rowsOf(times).map((row) => [row.tool_name, row]));
                        host.replaceChildren(fl.grid({ label: "Tools", rows: tools, most: 25, sort: "-calls", columns: [{ id: "name", label: "Tool", first: true, wide: true, value: (row) => row.name, title: (row) => row.server && "server " + row.server }, { id: "calls", label: "Calls", num: true, value: (row) => row.calls, cell: (row) => fl.count(row.calls) }, { id: "failed", label: "Failed", num: true, value: (row) => row.failed, cell: (row) => fl.count(row.failed) }, { id: "rate", label: "Of results", num: true, value: (row) => (row.results ? row.failed / row.results : null), cell: (row) => fl.share(row.failed, row.results, 1) }, { id: "median", label: "Median", num: true, minor: true, value: (row) => of.get(row.name)?.duration_p50_ms ?? null, cell: (row) => fl.duration(of.get(row.name)?.duration_p50_ms) }, { id: "p95", label: "95 %", num: true, minor: true, value: (row) => of.get(row.name)?.duration_p95_ms ?? null, cell: (row) => fl.duration(of.get(row.name)?.duration_p95_ms) }, fl.money("billed", "Paid", "billed", (row) => row.billed), fl.money("subscription", "Notional", "subscription", (row) => row.subscription)], empty: fl.empty("No tool was used in this selection.") }));
                    });
                    return [ignored.length ? h("p", { class: "note warn" }, "Not narrowed by " + ignored.join(", ") + ": a tool call has none of its own.") : null, host];
                }, "tall") }),
                fl.panel({ title: "Audit", note: "Asked for, not necessarily done: a failed call says so.", source: "audit", span: "two-thirds", body: waits(ctx, "audit", (table, there) => {
                    if (!there) return fl.empty(NOT_THERE);
                    const rows = ctx.pass(table, "called_on").map((i) => table.row(i));
                    return fl.grid({ label: "Findings", rows, most: 25, href: (row) => (row.session_key ? "#/session/" + row.session_key : null), link: 1, columns: [{ id: "severity", label: "Severity", first: true, value: (row) => ["critical", "high", "medium", "low"].indexOf(row.severity), cell: (row) => fl.severity(row.severity) }, { id: "rule", label: "Rule", value: (row) => row.rule_id, cell: (row) => fl.words(row.rule_id), title: (row) => row.what_to_do }, { id: "found", label: "Found", wide: true, value: (row) => row.found, title: (row) => row.found }, { id: "tool", label: "Tool", minor: true, value: (row) => row.tool_name }, { id: "failed", label: "Failed", minor: true, value: (row) => row.is_error, cell: (row) => (row.is_error === null ? null : row.is_error ? "yes" : "no") }, { id: "at", label: "When", time: true, value: (row) => row.called_at, cell: (row) => fl.time(row.called_at) }], empty: fl.empty("The audit found nothing in this selection.", "Secrets are looked for by `fleetledger secrets scan`.") });
                }) }),
                fl.panel({ title: "Sub-agents", note: "All time. Each sub-agent once, with all that it used.", source: "subagents", span: "third", body: waits(ctx, "subagents", (table, there) => fl.grid({ label: "Sub-agents", rows: there ? rowsOf(table) : [], sort: "-calls", columns: [{ id: "type", label: "Kind", first: true, wide: true, value: (row) => row.subagent_type ?? "(not named)" }, { id: "calls", label: "Calls", num: true, value: (row) => row.call_count }, fl.money("billed", "Paid", "billed", (row) => row.billed_cost_usd), fl.money("subscription", "Notional", "subscription", (row) => row.subscription_cost_usd)], empty: fl.empty("No sub-agent was started.") })) }));
        },
    };

    fl.pages.limits = {
        title: "Limits and plans",
        draw(ctx) {
            const budgets = rowsOf(ctx.table("budgets"));
            const state = (row) => h("span", { class: "badge " + ({ over: "failure", warn: "asks", ok: "success" }[row.state] ?? "unknown") }, { over: "over", warn: "near", ok: "within", unpriced: "no price" }[row.state] ?? row.state);
            return h("div", { class: "panels" },
                fl.panel({ title: "Budgets", note: "Where the current periods will end if they go on as they did. A period is that of the newest line.", source: "budgets", body: fl.grid({ label: "Budgets", rows: budgets, most: 30, columns: [{ id: "scope", label: "Of", first: true, wide: true, value: (row) => (row.scope_name ? row.scope + " " + row.scope_name : row.scope) }, { id: "period", label: "Period", value: (row) => row.period + " " + row.period_name }, { id: "state", label: "State", value: (row) => row.state, cell: state }, { id: "spent", label: "Spent", num: true, value: (row) => row.spent_usd, cell: (row) => fl.usd(row.spent_usd, row.cost_kind) }, { id: "limit", label: "Limit", num: true, value: (row) => row.limit_usd, cell: (row) => fl.usd(row.limit_usd, row.cost_kind) }, { id: "share", label: "Share", num: true, value: (row) => row.spent_share, cell: (row) => fl.share(row.spent_share, 1) }, { id: "projected", label: "Will end at", num: true, minor: true, value: (row) => row.projected_by_elapsed_usd, cell: (row) => fl.usd(row.projected_by_elapsed_usd, row.cost_kind) }], empty: fl.empty("No budget is named.", "A [[budget]] in fleet.toml sets a limit by day, week, month or session.") }) }),
                fl.panel({ title: "Plans", note: "What was paid for flat rates, and what the use that they covered would have cost at list price.", source: "plans", span: "half", body: fl.grid({ label: "Plans", rows: fl.pass(ctx.table("plans"), ctx.params, null, null).map((i) => ctx.table("plans").row(i)), columns: [{ id: "month", label: "Month", first: true, value: (row) => row.month_started_on.slice(0, 7) }, { id: "account", label: "Account", value: (row) => row.account, wide: true }, { id: "plan", label: "Plan", value: (row) => row.plan_labels }, { id: "paid", label: "Paid", num: true, value: (row) => row.amortised_usd, cell: (row) => (row.plan_count ? fl.usd(row.amortised_usd) : null) }, { id: "worth", label: "Covered", num: true, value: (row) => row.covered_use_usd, cell: (row) => fl.usd(row.covered_use_usd, "subscription") }, { id: "multiple", label: "Worth", num: true, value: (row) => row.break_even_multiple, cell: (row) => (row.break_even_multiple ? row.break_even_multiple.toFixed(1) + "×" : null) }], empty: fl.empty("No use was covered by a flat rate.") }) }),
                fl.panel({ title: "Usage windows", note: "Five hours of a Claude account, from its first call.", source: "windows", span: "half", body: waits(ctx, "windows", (table) => fl.grid({ label: "Usage windows", rows: rowsOf(table), most: 12, columns: [{ id: "started", label: "Began", first: true, time: true, value: (row) => row.started_at, cell: (row) => fl.time(row.started_at) }, { id: "account", label: "Account", wide: true, value: (row) => row.account }, { id: "active", label: "State", value: (row) => row.is_active, cell: (row) => (row.is_active ? h("span", { class: "badge success" }, "open") : "") }, { id: "tokens", label: "Tokens", num: true, value: (row) => row.total_tokens, cell: (row) => fl.short(row.total_tokens) }, { id: "notional", label: "Notional", num: true, value: (row) => row.subscription_cost_usd, cell: (row) => fl.usd(row.subscription_cost_usd, "subscription") }], empty: fl.empty("No call opened a window.") })) }));
        },
    };

    fl.pages.whatif = {
        title: "What if",
        draw(ctx) {
            return h("div", { class: "panels" }, fl.panel({ title: "History at another model's prices", note: "All time, call by call, by the rates that recorded calls are priced by; as `fleetledger whatif` does it. The same tokens: another model would have used others.", source: "whatif", body: waits(ctx, "whatif", (table, there) => {
                if (!there || !table.count) return fl.empty("No call has a price that could be compared.");
                const rows = rowsOf(table);
                const froms = [...new Set(rows.map((row) => row.model))].sort();
                const from = froms.includes(ctx.params.model) ? ctx.params.model : fl.sorted(froms, (name) => Math.max(...rows.filter((row) => row.model === name).map((row) => row.recorded_usd)), true)[0];
                const select = h("select", { "aria-label": "The model that was called" }, froms.map((name) => h("option", { value: name, selected: name === from }, name)));
                select.addEventListener("change", () => ctx.set({ model: select.value }));
                const shown = rows.filter((row) => row.model === from);
                return [h("div", { class: "listing" }, h("span", {}, "Calls of"), select, h("span", { class: "soft" }, "would have cost, at the prices of")), fl.grid({ label: "What if", rows: shown, sort: "to", columns: [{ id: "to", label: "Model", first: true, wide: true, value: (row) => row.to_model, cell: (row) => row.to_model + (row.to_model === row.model ? " (itself)" : "") }, { id: "path", label: "Serving path", minor: true, value: (row) => row.provider }, { id: "calls", label: "Calls", num: true, minor: true, value: (row) => row.model_call_count, cell: (row) => fl.count(row.model_call_count) }, { id: "was", label: "Recorded", num: true, value: (row) => row.recorded_usd, cell: (row) => fl.usd(row.recorded_usd, row.cost_kind) }, { id: "would", label: "Would be", num: true, value: (row) => row.whatif_usd, cell: (row) => fl.usd(row.whatif_usd, row.cost_kind) }, { id: "change", label: "Change", num: true, value: (row) => row.whatif_usd / (row.recorded_usd || 1), cell: (row) => fl.change(row.whatif_usd, row.recorded_usd) }] })];
            }, "tall") }));
        },
    };

    fl.pages.attention = {
        title: "Needs you",
        draw(ctx) {
            const rows = fl.attentionRows(ctx);
            const actions = [...new Map(rows.filter((row) => row.what_to_do).map((row) => [row.what_to_do, row])).values()];
            return h("div", { class: "panels" },
                fl.panel({ title: "The queue", note: "The most urgent first. What is of no session concerns the whole ledger, whatever the filters say.", source: "attention", span: "two-thirds", body: rows.length ? h("ul", { class: "attention-list full" }, rows.slice(0, 200).map(fl.attentionItem)) : fl.empty("Nothing needs you.") }),
                fl.panel({ title: "What to do", source: "attention", span: "third", body: actions.length ? h("ul", { class: "prose" }, actions.map((row) => h("li", {}, row.what_to_do))) : fl.empty("Nothing.") }),
                fl.panel({ title: "Sessions to look at", note: "By the points of what speaks for it: failures, checks, ratings, findings, limits, circles.", source: "signals", body: waits(ctx, "signals", (table, there) => {
                    if (!there) return fl.empty(NOT_THERE);
                    return fl.grid({ label: "Sessions to look at", rows: ctx.pass(table, "started_on").map((i) => table.row(i)), most: 25, href: (row) => "#/session/" + row.session_key, columns: [{ id: "title", label: "Session", first: true, wide: true, value: fl.sessionName, title: fl.sessionName }, { id: "score", label: "Points", num: true, value: (row) => row.score }, { id: "why", label: "Why", minor: true, value: (row) => fl.words(row.signals), title: (row) => fl.words(row.signals) }, { id: "outcome", label: "Outcome", minor: true, value: (row) => row.outcome_class, cell: (row) => fl.outcome(row.outcome_class, row.outcome_result) }, { id: "started", label: "Started", time: true, value: (row) => row.started_on }], empty: fl.empty("No session has anything that speaks for it.") });
                }) }));
        },
    };

    fl.pages.about = {
        title: "About the figures", nofilter: true,
        draw(ctx) {
            const b = ctx.build;
            const facts = [["As of", fl.time(b.as_of) + " UTC, the newest line"], ["Built", fl.time(b.built_at) + " UTC, version " + b.fleetledger_version], ["Days", "of " + b.reporting_timezone], ["Lines", fl.count(b.landed_line_count) + " of " + fl.plural(b.source_count, "source") + ", " + fl.count(b.rejected_line_count) + " of which do not parse"], ["Rates", (b.rates_source ?? "") + " " + (b.rates_version ?? "") + " of " + fl.day(b.rates_date, true)], ["Secrets", b.secrets_scanned_at ? "looked for in " + fl.share(b.secret_scanned_line_count, b.landed_line_count) + " of the lines" : "never looked for: `fleetledger secrets scan`"]];
            return h("div", { class: "panels" },
                fl.panel({ title: "What these figures do not say", span: "half", body: h("ul", { class: "prose" }, ["Cost is the list price of the tokens in the logs, before discounts, credits and tax. It is money only where it is billed per token.", "What a flat rate covers is notional, marked ≈, and never added to what is billed.", "Requests that leave no line are unseen, and a stream that was cut short logged its first count: cost is a floor, and the share that is final stands at the head.", "A fork shows what is its own; what it copied stands with the session that had it first.", "A model without a rate has no cost and is named; – is what is not known, and never zero.", "A session counts on the day it began, a task on the day it ended, a call on the day it was made.", "Free calls are left out of counts and tokens until they are switched on."].map((text) => h("li", {}, text))) }),
                fl.panel({ title: "What they are made of", span: "half", source: "build", body: h("table", { class: "plain" }, h("caption", { class: "unseen" }, "The build"), h("tbody", {}, facts.map(([name, text]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", { class: "text" }, fl.sentence(text)))))) }),
                fl.panel({ title: "Transcript against telemetry", note: "Requests as Claude Code logged them and as it reported them.", source: "reconciliation", span: "half", body: waits(ctx, "reconciliation", (table) => fl.grid({ label: "Reconciliation", rows: rowsOf(table), sort: "-count", columns: [{ id: "verdict", label: "Verdict", first: true, wide: true, value: (row) => row.verdict, cell: (row) => fl.words(row.verdict) }, { id: "reason", label: "Reason", minor: true, value: (row) => row.reason, cell: (row) => (row.reason ? fl.words(row.reason) : null) }, { id: "count", label: "Requests", num: true, value: (row) => row.request_count, cell: (row) => fl.count(row.request_count) }, { id: "ours", label: "Ledger", num: true, value: (row) => row.transcript_cost_usd, cell: (row) => fl.usd(row.transcript_cost_usd, row.cost_kind) }, { id: "theirs", label: "Client", num: true, value: (row) => row.telemetry_cost_usd, cell: (row) => fl.usd(row.telemetry_cost_usd, row.cost_kind) }], empty: fl.empty("No telemetry was received.", "`fleetledger page --serve` receives it, and `fleetledger telemetry env` prints what to set.") })) }),
                fl.panel({ title: "Ledger against the client's own totals", note: "Sessions of Claude Code that end with a total of their own.", source: "client_totals", span: "half", body: waits(ctx, "client_totals", (table) => fl.grid({ label: "Client totals", rows: rowsOf(table), sort: "-count", columns: [{ id: "verdict", label: "Verdict", first: true, wide: true, value: (row) => row.verdict, cell: (row) => fl.words(row.verdict) }, { id: "count", label: "Sessions", num: true, value: (row) => row.session_count, cell: (row) => fl.count(row.session_count) }, { id: "ours", label: "Ledger", num: true, value: (row) => row.ledger_cost_usd, cell: (row) => fl.usd(row.ledger_cost_usd, row.cost_kind) }, { id: "theirs", label: "Client", num: true, value: (row) => row.client_cost_usd, cell: (row) => fl.usd(row.client_cost_usd, row.cost_kind) }], empty: fl.empty("No session has a total of the client's.") })) }),
                fl.panel({ title: "Where each figure comes from", note: "A query of the published file stands behind each panel; copy it, and check.", body: waits(ctx, "sources", () => h("ul", { class: "names" }, Object.keys(fl.answers.get("sources")?.of ?? {}).map((name) => h("li", {}, h("button", { class: "pick-name", type: "button", on: { click: () => fl.showSource(name, fl.words(name)) } }, h("code", {}, name)))))) }));
        },
    };
})((globalThis.fleetledger ??= {}));
