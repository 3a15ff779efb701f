// The other pages: outcomes, tools and audit, limits, what if, the queue, and where the figures come from.
"use strict";

(function (fl) {
    const { h } = fl;
    const { waits, rowsOf, NOT_THERE } = fl;

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
                fl.panel({ title: "What came of the work", note: "Main tasks, by the day on which they ended. Evidence decides; what nothing tells of is not observed, not failed.", source: "outcomes", span: "two-thirds", body: fl.grid({ label: "Outcomes by class", rows: byClass, sort: "-tasks", href: (row) => (row.name ? ctx.href("sessions", { outcome: row.name }) : null), columns: [
                    { id: "name", label: "Outcome", first: true, value: (row) => row.name, cell: (row) => fl.outcome(row.name, row.result) }, fl.barColumn((row) => [{ value: row.tasks, tone: fl.result(row.result) }], Math.max(...byClass.map((row) => row.tasks))), { id: "tasks", label: "Tasks", num: true, value: (row) => row.tasks, cell: (row) => fl.count(row.tasks) }, { id: "sure", label: "Seen for certain", num: true, minor: true, value: (row) => row.sure, cell: (row) => fl.count(row.sure) }, { id: "commits", label: "Commits", num: true, minor: true, value: (row) => row.commits, cell: (row) => fl.count(row.commits) }, { id: "merged", label: "Merged", num: true, minor: true, value: (row) => row.merged, cell: (row) => fl.count(row.merged) }, fl.money("billed", "Paid", "billed", (row) => row.billed), fl.money("subscription", "Notional", "subscription", (row) => row.subscription)], empty: fl.empty("No task ended in this selection.") }) }),
                fl.panel({ title: "mu's verdict beside", note: "The same tasks of mu, by mu's own rules over the same evidence.", source: "outcomes", span: "third", body: mu.length ? fl.grid({ label: "Verdicts of mu", rows: mu, sort: "-tasks", columns: [{ id: "ours", label: "Here", first: true, value: (row) => row.ours, cell: (row) => fl.words(row.ours) }, { id: "theirs", label: "mu", value: (row) => row.theirs, cell: (row) => fl.words(row.theirs) }, { id: "tasks", label: "Tasks", num: true, value: (row) => row.tasks }] }) : fl.empty("No task of mu in this selection.") }),
                fl.panel({ title: "What a success cost, by model", note: "All money of the tasks, failures included, over the successes. No price where half of the tasks or more are not observed.", source: "outcomes", body: fl.grid({ label: "Outcomes by model", rows: models, sort: "-all", href: (row) => ctx.href("sessions", { model: row.name ?? fl.NONE }), columns: [{ id: "name", label: "Model", first: true, value: (row) => fl.name("model", row.name), title: (row) => row.name }, fl.barColumn((row) => [{ value: row.success, tone: "success" }, { value: row.failure, tone: "failure" }, { value: row.observed - row.success - row.failure, tone: "neither" }, { value: row.all - row.observed, tone: "unknown" }], Math.max(...models.map((row) => row.all))), { id: "all", label: "Tasks", num: true, value: (row) => row.all, cell: (row) => fl.count(row.all) }, { id: "observed", label: "Observed", num: true, minor: true, value: (row) => row.observed / row.all, cell: (row) => fl.share(row.observed, row.all) }, { id: "success", label: "Succeeded", num: true, value: (row) => row.success, cell: (row) => fl.count(row.success) }, { id: "failure", label: "Failed", num: true, value: (row) => row.failure, cell: (row) => fl.count(row.failure) }, { id: "merged", label: "Merged", num: true, minor: true, value: (row) => row.merged, cell: (row) => fl.count(row.merged) }, fl.money("billed", "Paid each", "billed", (row) => each(row, "billed")), fl.money("subscription", "Notional each", "subscription", (row) => each(row, "subscription"))], empty: fl.empty("No task ended in this selection.") }) }));
        },
    };

    const habitsPanel = (ctx) => fl.panel({
        title: "Tool habits", note: "What sessions did over and over, by the day on which each first used the tool.", source: "habits", span: "two-thirds",
        body: waits(ctx, "habits", (table, there) => {
            if (!there) return fl.empty(NOT_THERE);
            const tools = fl.groups(table, ctx.pass(table, "first_called_on"), ["tool_name"]).map(({ values: [name], rows }) => ({
                name, sessions: fl.sum(table, rows, "session_count"), again: fl.sum(table, rows, "repeated_command_count"), loops: fl.sum(table, rows, "edit_loop_count"),
                streak: rows.reduce((most, i) => Math.max(most, table.column("longest_error_streak")[i] ?? 0), 0),
            })).filter((row) => row.again || row.loops || row.streak > 1);
            return [
                fl.grid({
                    label: "Tool habits", rows: tools, most: 12, sort: "-streak", href: (row) => (row.streak ? fl.drill(ctx, "tools", row.name) : null),
                    columns: [
                        { id: "name", label: "Tool", first: true, wide: true, value: (row) => row.name, title: (row) => row.name },
                        { id: "sessions", label: "Sessions", num: true, minor: true, value: (row) => row.sessions, cell: (row) => fl.count(row.sessions) },
                        { id: "streak", label: "Failures in a row", num: true, value: (row) => row.streak, cell: (row) => fl.count(row.streak) },
                        { id: "again", label: "Commands again", num: true, value: (row) => row.again, cell: (row) => fl.count(row.again) },
                        { id: "loops", label: "Files over and over", num: true, value: (row) => row.loops, cell: (row) => fl.count(row.loops) },
                    ],
                    empty: fl.empty("No tool failed twice in a row, repeated a command, or wrote a file over and over."),
                }),
            ];
        }, "first_called_on"),
    });

    // Which of them to look at: what each used itself, in which session, and what its result was good for.
    const agentsPanel = (ctx) => fl.panel({
        title: "The dearest sub-agents", note: "Each with its own cost, without those that it started itself, and the share of its session that this is.", source: "agents",
        body: waits(ctx, "agents", (table, there) => {
            if (!there) return fl.empty(NOT_THERE);
            return fl.grid({
                label: "The dearest sub-agents", rows: ctx.pass(table, "started_on").map((i) => table.row(i)), most: 8, href: (row) => "#/session/" + row.session_key,
                columns: [
                    { id: "session", label: "In the session", first: true, wide: true, value: fl.sessionName, title: fl.sessionName },
                    { id: "kind", label: "Kind", value: (row) => row.subagent_type ?? "(not named)", capped: true, title: (row) => row.subagent_type },
                    { id: "model", label: "Model", minor: true, capped: true, value: (row) => row.model, title: (row) => row.model },
                    { id: "at", label: "Started", time: true, minor: true, value: (row) => row.started_at, cell: (row) => fl.moment(row.started_at, ctx.today) },
                    { id: "took", label: "Took", num: true, minor: true, value: (row) => row.wall_clock_ms, cell: (row) => fl.duration(row.wall_clock_ms) },
                    { id: "calls", label: "Calls", num: true, minor: true, value: (row) => row.model_call_count, cell: (row) => fl.count(row.model_call_count) },
                    { id: "tools", label: "Tools", num: true, minor: true, value: (row) => row.tool_call_count, cell: (row) => fl.count(row.tool_call_count), title: (row) => fl.count(row.tool_error_count) + " failed" },
                    { id: "use", label: "Result", minor: true, value: (row) => fl.USES[row.result_use] ?? null },
                    { id: "share", label: "Of session", num: true, minor: true, value: (row) => row.session_cost_share, cell: (row) => fl.share(row.session_cost_share, 1) },
                    fl.money("billed", "Paid", "billed", (row) => row.billed_cost_usd),
                    fl.money("subscription", "Notional", "subscription", (row) => row.subscription_cost_usd),
                ],
                empty: fl.empty("No sub-agent began in this selection."),
            });
        }, "started_on"),
    });

    fl.pages.tools = {
        title: "Tools and audit",
        needs: ["tools", "tool_times", "habits", "audit", "subagents", "agents"],
        draw(ctx) {
            return h("div", { class: "panels" },
                fl.panel({ title: "Tools", note: "A tool's cost is its share of the call that asked for it. How long tools took is of all time: medians do not add up over days.", source: "tools", body: waits(ctx, "tools", (table, there) => {
                    if (!there) return fl.empty(NOT_THERE);
                    const host = h("div", {}), most = (tools) => Math.max(...tools.map((row) => row.calls));
                    const rows = ctx.pass(table, "called_on");
                    const tools = fl.groups(table, rows, ["tool_name", "mcp_server"]).map((group) => ({ name: group.values[0], server: group.values[1], calls: fl.sum(table, group.rows, "tool_call_count"), results: fl.sum(table, group.rows, "result_count") ?? 0, failed: fl.sum(table, group.rows, "tool_error_count") ?? 0, billed: fl.sum(table, fl.ofKind(table, group.rows, "billed"), "shared_cost_usd"), subscription: fl.sum(table, fl.ofKind(table, group.rows, "subscription"), "shared_cost_usd") }));
                    ctx.later("tool_times", (times) => {
                        const of = new Map(rowsOf(times).map((row) => [row.tool_name, row]));
                        host.replaceChildren(fl.grid({ label: "Tools", rows: tools, most: 25, sort: "-calls", href: (row) => (row.failed ? fl.drill(ctx, "tools", row.name) : null), columns: [{ id: "name", label: "Tool", first: true, value: (row) => row.name, title: (row) => row.name + (row.server ? ", of the server " + row.server : "") }, fl.barColumn((row) => [{ value: row.calls - row.failed, tone: "neither" }, { value: row.failed, tone: "failure" }], most(tools)), { id: "calls", label: "Calls", num: true, value: (row) => row.calls, cell: (row) => fl.count(row.calls) }, { id: "failed", label: "Failed", num: true, value: (row) => row.failed, cell: (row) => fl.count(row.failed) }, { id: "rate", label: "Of results", num: true, minor: true, value: (row) => (row.results ? row.failed / row.results : null), cell: (row) => fl.share(row.failed, row.results, 1) }, { id: "median", label: "Median", num: true, minor: true, value: (row) => of.get(row.name)?.duration_p50_ms ?? null, cell: (row) => fl.duration(of.get(row.name)?.duration_p50_ms) }, { id: "p95", label: "95 %", num: true, minor: true, value: (row) => of.get(row.name)?.duration_p95_ms ?? null, cell: (row) => fl.duration(of.get(row.name)?.duration_p95_ms) }, fl.money("billed", "Paid", "billed", (row) => row.billed), fl.money("subscription", "Notional", "subscription", (row) => row.subscription)], empty: fl.empty("No tool was used in this selection.") }));
                    });
                    return host;
                }, "called_on") }),
                habitsPanel(ctx),
                fl.panel({ title: "Sub-agents", note: "All time. Each sub-agent once, with all that it used.", source: "subagents", span: "third", body: waits(ctx, "subagents", (table, there) => fl.grid({ label: "Sub-agents", rows: there ? narrowed(ctx, table) : [], sort: "-calls", href: (row) => ctx.href("sessions", { period: "all", since: null, until: null, signal: "subagents", part: row.subagent_type ?? "unknown" }), columns: [{ id: "type", label: "Kind", first: true, wide: true, value: (row) => row.subagent_type ?? "(not named)" }, { id: "calls", label: "Calls", num: true, value: (row) => row.call_count }, fl.money("billed", "Paid", "billed", (row) => row.billed_cost_usd), fl.money("subscription", "Notional", "subscription", (row) => row.subscription_cost_usd)], empty: fl.empty("No sub-agent was started.") }), null) }),
                agentsPanel(ctx),
                fl.panel({ title: "Audit", note: "Asked for, not necessarily done: a failed call says so.", source: "audit", body: waits(ctx, "audit", (table, there) => {
                    if (!there) return fl.empty(NOT_THERE);
                    const rows = ctx.pass(table, "called_on").map((i) => table.row(i));
                    return fl.grid({ label: "Findings", rows, most: 25, href: (row) => (row.session_key ? "#/session/" + row.session_key : null), link: 1, columns: [{ id: "severity", label: "Severity", first: true, value: (row) => ["critical", "high", "medium", "low"].indexOf(row.severity), cell: (row) => fl.severity(row.severity) }, { id: "rule", label: "Rule", value: (row) => row.rule_id, cell: (row) => fl.words(row.rule_id), title: (row) => row.what_to_do }, { id: "found", label: "Found", wide: true, value: (row) => row.found, title: (row) => row.found }, { id: "tool", label: "Tool", minor: true, value: (row) => row.tool_name }, { id: "failed", label: "Failed", minor: true, value: (row) => row.is_error, cell: (row) => (row.is_error === null ? null : row.is_error ? "yes" : "no") }, { id: "at", label: "When", time: true, value: (row) => row.called_at, cell: (row) => fl.time(row.called_at) }], empty: fl.empty("The audit found nothing in this selection.", "Secrets are looked for by `fleetledger secrets scan`.") });
                }, "called_on") }));
        },
    };

    // What the client said of a plan's own limits, as the status line was told it.
    const LIMITS = { five_hour: "five hours", seven_day: "week", seven_day_opus: "week, Opus", seven_day_sonnet: "week, Sonnet" };
    const limitsPanel = (ctx) => fl.panel({
        title: "Limits of plans", note: "How much of each limit the client said was used, newest first; the list price of what the calls of the period used stands beside it.", source: "limits", span: "third",
        body: waits(ctx, "limits", (table, there) => {
            if (!there) return fl.empty(NOT_THERE);
            return fl.grid({
                label: "Limits of plans", rows: narrowed(ctx, table), most: 12, href: (row) => (row.started_at && row.resets_at ? ctx.href("sessions", { period: null, since: row.started_at.slice(0, 10), until: row.resets_at.slice(0, 10), account: row.account ?? fl.NONE, host: row.host ?? fl.NONE }) : null),
                columns: [
                    { id: "limit", label: "Limit", first: true, value: (row) => row.limit_name, cell: (row) => LIMITS[row.limit_name] ?? fl.words(row.limit_name), title: (row) => row.account + " on " + row.host },
                    { id: "resets", label: "Ends", time: true, value: (row) => row.resets_at, cell: (row) => fl.moment(row.resets_at, ctx.today) },
                    fl.barColumn((row) => [{ value: row.used_share, tone: row.used_share >= 0.9 ? "failure" : row.used_share >= 0.7 ? "asks" : "subscription" }], 1),
                    { id: "used", label: "Used", num: true, value: (row) => row.used_share, cell: (row) => fl.share(row.used_share, 1) },
                    fl.money("subscription", "Notional", "subscription", (row) => row.subscription_cost_usd),
                    { id: "whole", label: "Whole limit", num: true, minor: true, value: (row) => row.whole_limit_usd, cell: (row) => fl.usd(row.whole_limit_usd, "subscription") },
                ],
                empty: fl.empty("No limit has been told.", "`fleetledger statusline` in Claude Code's settings is told them, and keeps them."),
            });
        }, null),
    });

    const ofMonth = (ctx, row) => ctx.href("sessions", { period: null, since: row.month_started_on, until: fl.wholeMonths({ until: row.month_started_on }, "9999").until, account: row.account ?? fl.NONE, sort: "-subscription" });

    // Whether a plan was worth it, and whether its neighbours would have been.
    const planValuePanel = (ctx) => fl.panel({
        title: "What plans were worth", note: "Days with use, the largest share of a limit where the client told one, and whether the next plan down would have held the same.", source: "plan_value",
        body: waits(ctx, "plan_value", (table, there) => {
            if (!there) return fl.empty(NOT_THERE);
            return fl.grid({
                label: "What plans were worth", rows: fl.pass(table, ctx.params, null, null, (i) => table.column("plan_labels")[i] !== null).map((i) => table.row(i)), most: 12, href: (row) => ofMonth(ctx, row),
                columns: [
                    { id: "month", label: "Month", first: true, value: (row) => row.month_started_on.slice(0, 7) },
                    { id: "account", label: "Account", value: (row) => row.account, wide: true }, { id: "path", label: "Serving path", minor: true, value: (row) => row.provider },
                    { id: "plan", label: "Plan", minor: true, value: (row) => row.tier ?? row.plan_labels },
                    fl.barColumn((row) => [{ value: row.active_day_count, tone: "subscription" }], 31),
                    { id: "days", label: "Days used", num: true, value: (row) => row.active_day_count / row.day_count, cell: (row) => [fl.count(row.active_day_count), h("span", { class: "soft" }, " of " + fl.count(row.day_count))] },
                    { id: "multiple", label: "Worth", num: true, value: (row) => row.break_even_multiple, cell: (row) => (row.break_even_multiple === null ? null : row.break_even_multiple.toFixed(1) + "×") },
                    { id: "peak", label: "Most of a limit", num: true, value: (row) => row.peak_limit_share, cell: (row) => fl.share(row.peak_limit_share, 1), title: (row) => fl.plural(row.limit_count, "limit") + " told" },
                    { id: "lower", label: "Next down", minor: true, value: (row) => row.lower_tier, cell: (row) => (row.lower_tier === null ? null : row.lower_tier + ", " + fl.usd(row.lower_tier_usd)) },
                    { id: "fits", label: "Would take", num: true, minor: true, value: (row) => row.lower_tier_peak_share, cell: (row) => fl.share(row.lower_tier_peak_share, 1) },
                    { id: "higher", label: "Next up", roomy: true, value: (row) => row.higher_tier, cell: (row) => (row.higher_tier === null ? null : row.higher_tier + ", " + fl.usd(row.higher_tier_usd)) },
                ],
                empty: fl.empty("No plan covered any use.", "A [[plan]] in fleet.toml names what an account pays."),
            });
        }, null),
    });

    // The rows that pass the filters which an answer can tell apart, of all time.
    const narrowed = (ctx, table) => fl.pass(table, ctx.params, null, null).map((i) => table.row(i));

    fl.pages.limits = {
        title: "Limits and plans",
        needs: ["limits", "windows", "plan_value"],
        draw(ctx) {
            const budgets = rowsOf(ctx.table("budgets"));
            const state = (row) => h("span", { class: "badge " + ({ over: "failure", warn: "asks", ok: "success" }[row.state] ?? "unknown") }, { over: "over", warn: "near", ok: "within", unpriced: "no price" }[row.state] ?? row.state);
            return h("div", { class: "panels" },
                fl.panel({ title: "Budgets", note: "Where the current periods will end if they go on as they did. A period is that of the newest line, whatever is chosen above.", source: "budgets", ignored: fl.FILTERS.filter((name) => ctx.params[name]), body: fl.grid({ label: "Budgets", rows: budgets, most: 30, href: (row) => (["all", "fleet", "host", "account", "project", "model"].includes(row.scope) && row.period_started_on ? ctx.href("sessions", { period: null, since: row.period_started_on, until: row.period_ended_on, ...(row.scope_name ? { [row.scope]: row.scope_name } : {}), sort: "-" + row.cost_kind }) : null), columns: [{ id: "scope", label: "Of", first: true, value: (row) => (row.scope_name ? row.scope + " " + (row.scope === "project" ? fl.name("project", row.scope_name) : row.scope_name) : row.scope === "all" ? "everything" : row.scope), title: (row) => row.scope_name }, { id: "period", label: "Period", value: (row) => row.period + " " + row.period_name }, { id: "state", label: "State", value: (row) => row.state, cell: state }, fl.barColumn((row) => [{ value: Math.min(row.spent_share ?? 0, 1), tone: { over: "failure", warn: "asks" }[row.state] ?? row.cost_kind }], 1), { id: "spent", label: "Spent", num: true, value: (row) => row.spent_usd, cell: (row) => fl.usd(row.spent_usd, row.cost_kind) }, { id: "limit", label: "Limit", num: true, minor: true, value: (row) => row.limit_usd, cell: (row) => fl.usd(row.limit_usd, row.cost_kind) }, { id: "share", label: "Share", num: true, value: (row) => row.spent_share, cell: (row) => fl.share(row.spent_share, 1) }, { id: "projected", label: "Will end at", num: true, minor: true, value: (row) => row.projected_by_elapsed_usd, cell: (row) => fl.usd(row.projected_by_elapsed_usd, row.cost_kind) }], empty: fl.empty("No budget is named.", "A [[budget]] in fleet.toml sets a limit by day, week, month or session.") }) }),
                fl.panel({ title: "Plans", note: "What was paid for flat rates, and what the use under them would have cost at list price: covered by a plan that fleet.toml names, or not covered. All months.", source: "plans", ignored: fl.ignored(ctx.table("plans"), ctx.params, null), span: "two-thirds", body: fl.grid({ label: "Plans", rows: narrowed(ctx, ctx.table("plans")), most: 12, href: (row) => ofMonth(ctx, row), columns: [{ id: "month", label: "Month", first: true, value: (row) => row.month_started_on.slice(0, 7) }, { id: "account", label: "Account", value: (row) => row.account, wide: true }, { id: "path", label: "Serving path", minor: true, value: (row) => row.provider }, { id: "plan", label: "Plan", minor: true, value: (row) => row.plan_labels, cell: (row) => row.plan_labels ?? h("span", { class: "soft" }, "not named") }, { id: "paid", label: "Paid", num: true, value: (row) => row.amortised_usd, cell: (row) => (row.plan_count ? fl.usd(row.amortised_usd) : null) }, { id: "worth", label: "Covered", num: true, value: (row) => row.covered_use_usd, cell: (row) => (row.covered_use_usd === null ? null : fl.usd(row.covered_use_usd, "subscription")) }, { id: "uncovered", label: "Not covered", num: true, value: (row) => row.uncovered_use_usd, cell: (row) => (row.uncovered_use_usd === null ? null : fl.usd(row.uncovered_use_usd, "subscription")) }, { id: "multiple", label: "Worth", num: true, value: (row) => row.break_even_multiple, cell: (row) => (row.break_even_multiple ? row.break_even_multiple.toFixed(1) + "×" : null) }], empty: fl.empty("No use was covered by a flat rate.") }) }),
                limitsPanel(ctx), planValuePanel(ctx),
                fl.panel({ title: "Usage windows", note: "Five hours of a Claude account, from its first call (UTC), the newest first, whatever the period.", source: "windows", body: waits(ctx, "windows", (table) => fl.grid({ label: "Usage windows", rows: narrowed(ctx, table), most: 12, href: (row) => ctx.href("sessions", { period: null, since: row.started_at.slice(0, 10), until: row.ends_at.slice(0, 10), account: row.account ?? fl.NONE, host: row.host ?? fl.NONE }), columns: [{ id: "started", label: "Began", first: true, time: true, value: (row) => row.started_at, cell: (row) => fl.time(row.started_at) }, { id: "account", label: "Account", value: (row) => row.account }, { id: "host", label: "Host", minor: true, value: (row) => row.host }, { id: "active", label: "State", value: (row) => row.is_active, cell: (row) => (row.is_active ? h("span", { class: "badge success" }, "open") : "closed") }, fl.barColumn((row) => [{ value: row.subscription_cost_usd, tone: "subscription" }], Math.max(...narrowed(ctx, table).map((row) => row.subscription_cost_usd ?? 0))), { id: "sessions", label: "Sessions", num: true, minor: true, value: (row) => row.session_count, cell: (row) => fl.count(row.session_count) }, { id: "tokens", label: "Tokens", num: true, value: (row) => row.total_tokens, cell: (row) => fl.short(row.total_tokens) }, { id: "notional", label: "Notional", num: true, value: (row) => row.subscription_cost_usd, cell: (row) => fl.usd(row.subscription_cost_usd, "subscription") }], empty: fl.empty("No call opened a window.") }), null) }));
        },
    };

    const MONEY = { billed: "Paid", subscription: "Notional", unknown: "Of no known kind" };
    fl.pages.whatif = {
        title: "What if",
        needs: ["whatif"],
        draw(ctx) {
            return h("div", { class: "panels" }, fl.panel({ title: "History at another model's prices", note: "All time, call by call, by the rates that recorded calls are priced by; as `fleetledger whatif` does it. The same tokens: another model would have used others.", source: "whatif", body: waits(ctx, "whatif", (table, there) => {
                if (!there || !table.count) return fl.empty("No call has a price that could be compared.");
                const rows = fl.pass(table, { provider: ctx.params.provider, free: "1" }, null, null).map((i) => table.row(i));
                if (!rows.length) return fl.empty("No call of this serving path has a price that could be compared.");
                const froms = [...new Set(rows.map((row) => row.model))].sort();
                const from = froms.includes(ctx.params.model) ? ctx.params.model : fl.sorted(froms, (name) => Math.max(...rows.filter((row) => row.model === name).map((row) => row.recorded_usd)), true)[0];
                const select = h("select", { "aria-label": "The model that was called" }, froms.map((name) => h("option", { value: name, selected: name === from }, name)));
                select.addEventListener("change", () => ctx.set({ model: select.value }));
                const shown = rows.filter((row) => row.model === from);
                const kinds = Object.keys(MONEY).filter((kind) => shown.some((row) => row.cost_kind === kind));
                const pairs = [...new Map(shown.map((row) => [JSON.stringify([row.provider, row.to_model]), { provider: row.provider, to: row.to_model, of: {} }])).values()];
                for (const pair of pairs) for (const row of shown) if (row.provider === pair.provider && row.to_model === pair.to) pair.of[row.cost_kind] = row;
                const change = (pair, kind) => (pair.of[kind]?.recorded_usd ? pair.of[kind].whatif_usd / pair.of[kind].recorded_usd - 1 : null);
                const money = (kind) => [
                    { id: kind + "-calls", label: "Calls", num: true, minor: true, value: (pair) => pair.of[kind]?.model_call_count ?? null, cell: (pair) => (pair.of[kind] ? fl.count(pair.of[kind].model_call_count) : null) },
                    { id: kind + "-was", label: MONEY[kind], num: true, value: (pair) => pair.of[kind]?.recorded_usd ?? null, cell: (pair) => (pair.of[kind] ? fl.usd(pair.of[kind].recorded_usd, kind) : null) },
                    { id: kind + "-would", label: "Would be", num: true, value: (pair) => pair.of[kind]?.whatif_usd ?? null, cell: (pair) => (pair.of[kind] ? fl.usd(pair.of[kind].whatif_usd, kind) : null) },
                    { id: kind + "-change", label: "Change", num: true, value: (pair) => change(pair, kind), cell: (pair) => (change(pair, kind) === null ? null : h("span", { class: change(pair, kind) < 0 ? "less" : null }, fl.change(pair.of[kind].whatif_usd, pair.of[kind].recorded_usd))) },
                ];
                return [
                    h("div", { class: "listing" }, h("span", {}, "Calls of"), select, h("span", { class: "soft" }, "would have cost, at the prices of")),
                    fl.grid({
                        label: "What if", kind: "even", rows: pairs, sort: kinds.length ? kinds.at(-1) + "-change" : "to",
                        columns: [
                            { id: "to", label: "Model", first: true, value: (pair) => pair.to, cell: (pair) => pair.to + (pair.to === from ? " (itself)" : "") },
                            { id: "path", label: "Serving path", minor: true, value: (pair) => pair.provider },
                            ...kinds.flatMap(money),
                        ],
                    }),
                ];
            }, null) }));
        },
    };

    fl.pages.attention = {
        title: "Needs you",
        needs: ["signals"],
        draw(ctx) {
            const rows = fl.attentionRows(ctx);
            const actions = [...new Map(rows.filter((row) => row.what_to_do).map((row) => [row.what_to_do, row])).values()];
            return h("div", { class: "panels" },
                fl.panel({ title: "The queue", note: "The most urgent first. What is of no session concerns the whole ledger, whatever the filters say.", source: "attention", span: "two-thirds", body: rows.length ? h("ul", { class: "attention-list full" }, rows.slice(0, 200).map(fl.attentionItem)) : fl.empty("Nothing needs you.") }),
                fl.panel({ title: "What to do", source: "attention", span: "third", body: actions.length ? h("ul", { class: "prose" }, actions.map((row) => h("li", {}, row.what_to_do))) : fl.empty("Nothing.") }),
                fl.panel({ title: "Sessions to look at", note: "By the points of what speaks for it: failures, checks, ratings, findings, limits, circles.", source: "signals", body: waits(ctx, "signals", (table, there) => {
                    if (!there) return fl.empty(NOT_THERE);
                    return fl.grid({ label: "Sessions to look at", rows: ctx.pass(table, "started_on").map((i) => table.row(i)), most: 25, href: (row) => "#/session/" + row.session_key, columns: [{ id: "title", label: "Session", first: true, wide: true, value: fl.sessionName, title: fl.sessionName }, { id: "score", label: "Points", num: true, value: (row) => row.score }, { id: "why", label: "Why", minor: true, value: (row) => fl.words(row.signals), title: (row) => fl.words(row.signals) }, { id: "outcome", label: "Outcome", minor: true, value: (row) => row.outcome_class, cell: (row) => fl.outcome(row.outcome_class, row.outcome_result) }, { id: "started", label: "Started", time: true, value: (row) => row.started_on }], empty: fl.empty("No session has anything that speaks for it.") });
                }, "started_on") }));
        },
    };

    fl.pages.about = {
        title: "About the figures", nofilter: true,
        needs: ["reconciliation", "client_totals", "sources"],
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
