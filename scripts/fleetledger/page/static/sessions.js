// The list of sessions, and the page of one.
"use strict";

(function (fl) {
    const { h } = fl;
    const cost = (row) => Math.max(row.billed_cost_usd ?? -1, row.subscription_cost_usd ?? -1, row.unknown_cost_usd ?? -1);

    fl.sessionColumns = (today) => [
        { id: "title", label: "Session", first: true, wide: true, value: (row) => fl.sessionName(row), title: (row) => fl.sessionName(row) },
        { id: "started", label: "Started", time: true, minor: true, value: (row) => row.started_at, cell: (row) => fl.moment(row.started_at, today), title: (row) => fl.time(row.started_at) },
        { id: "project", label: "Project", minor: true, capped: true, value: (row) => row.project, cell: (row) => fl.name("project", row.project), title: (row) => row.project },
        { id: "model", label: "Model", minor: true, capped: true, value: (row) => row.model, title: (row) => row.model, cell: (row) => (row.model ? row.model + (row.model_count > 1 ? " +" + (row.model_count - 1) : "") : null) },
        { id: "outcome", label: "Outcome", minor: true, value: (row) => row.outcome_class, cell: (row) => fl.outcome(row.outcome_class, row.outcome_result) },
        { id: "turns", label: "Turns", num: true, minor: true, value: (row) => row.turn_count, cell: (row) => fl.count(row.turn_count) },
        { id: "tools", label: "Tools", num: true, minor: true, value: (row) => row.tool_call_count, cell: (row) => fl.count(row.tool_call_count) },
        { id: "failed", label: "Failed", num: true, roomy: true, value: (row) => row.tool_error_count, cell: (row) => fl.count(row.tool_error_count) },
        { id: "lines", label: "Lines", num: true, roomy: true, value: (row) => row.lines_added, cell: (row) => (row.lines_added === null ? null : "+" + fl.count(row.lines_added)) },
        { id: "active", label: "Active", num: true, minor: true, value: (row) => row.active_ms, cell: (row) => fl.duration(row.active_ms) },
        { id: "tokens", label: "Tokens", num: true, minor: true, value: (row) => row.total_tokens, cell: (row) => fl.short(row.total_tokens) },
        fl.money("billed", "Paid", "billed", (row) => row.billed_cost_usd),
        fl.money("subscription", "Notional", "subscription", (row) => row.subscription_cost_usd),
    ];

    fl.pages.sessions = {
        title: "Sessions",
        needs: (state) => (state.params.signal ? ["sessions", "signal_sessions"] : ["sessions"]),
        draw(ctx) {
            const host = h("div", {}), scatter = h("div", {});
            ctx.later("sessions", (table) => fill(ctx, table, host, scatter));
            return h("div", { class: "panels" },
                fl.panel({ title: "By active time and amount", note: "A point is a session: its larger amount at list price. The pointer names it, a click opens it; the list below holds the same.", source: "sessions", body: scatter }),
                fl.panel({ title: "Sessions", source: "sessions", tools: [h("a", { class: "go", href: ctx.href("quality") }, "The dearest prompts"), h("a", { class: "go", href: ctx.href("tools") }, "The dearest sub-agents")], body: host }));
        },
    };

    function fill(ctx, table, host, scatter) {
        const seen = signalled(ctx);
        const rows = ctx.pass(table, "started_on", (i) => (!seen || seen.has(table.column("session_key")[i])) && (!ctx.params.result || (table.column("outcome_result")[i] ?? "unknown") === ctx.params.result)).map((i) => table.row(i));
        const text = (row) => [row.title, row.project, row.git_branch, row.model, row.outcome_class, row.session_id].filter(Boolean).join(" ").toLowerCase();
        const texts = new Map(rows.map((row) => [row, text(row)]));
        const search = h("input", { type: "search", placeholder: "Search titles, projects, branches, models  /", "aria-label": "Search sessions", value: ctx.params.q ?? "" });
        const outcomes = [...new Set(rows.map((row) => row.outcome_class).filter(Boolean))].sort();
        const outcome = h("select", { "aria-label": "Only this outcome", class: ctx.params.outcome ? "on" : null }, h("option", { value: "" }, "All outcomes"), outcomes.map((name) => h("option", { value: name, selected: name === ctx.params.outcome }, fl.words(name))));
        outcome.addEventListener("change", () => ctx.set({ outcome: outcome.value || null }));
        const narrowed = [seen && ["signal", "part", fl.words(ctx.params.signal) + (ctx.params.part ? ": " + fl.words(ctx.params.part) : "")], ctx.params.result && ["result", "result", { success: "succeeded", failure: "failed", neither: "neither" }[ctx.params.result] ?? "not observed"]].filter(Boolean).map(([name, other, words]) => h("button", { class: "button on", type: "button", "aria-label": "Not only " + words, on: { click: () => ctx.set({ [name]: null, [other]: null }) } }, words + " ×"));
        // One more column takes the place of one.
        const columns = fl.sessionColumns(ctx.today).filter((column) => !seen || column.id !== "turns");
        if (seen) columns.splice(1, 0, { id: "signal", label: fl.SIGNALS[ctx.params.signal] ?? "Counted", num: true, value: (row) => seen.get(row.session_key).counted, cell: (row) => [fl.count(seen.get(row.session_key).counted), seen.get(row.session_key).of !== null && h("span", { class: "soft" }, " of " + fl.count(seen.get(row.session_key).of))] });
        const found = h("span", { class: "soft", role: "status" }), list = h("div", {});
        const draw = () => {
            const words = (ctx.params.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
            const passing = rows.filter((row) => (!ctx.params.outcome || row.outcome_class === ctx.params.outcome) && words.every((word) => texts.get(row).includes(word)));
            const whole = ctx.build.session_count, cut = table.count < whole;
            found.textContent = fl.plural(passing.length, "session") + (cut ? ", of the newest and dearest " + fl.count(table.count) + " of " + fl.count(whole) + " that are listed here" : "");
            // By the larger amount, of whichever kind: an order that no one column has.
            const dearest = ctx.params.sort === "-cost";
            list.replaceChildren(fl.grid({ label: "Sessions", kind: "free-height", rows: dearest ? fl.sorted(passing, cost, true) : passing, most: 100, sort: dearest ? null : ctx.params.sort ?? (seen ? "-signal" : "-started"), sorted: (sort) => ctx.replace({ sort }), href: (row) => "#/session/" + row.session_key, columns, empty: fl.empty(rows.length ? "No session has these words." : "No session began in this selection.", rows.length ? null : whole ? "Choose a longer period, or clear the filters." : "Nothing is landed yet: `fleetledger refresh` lands what is on this machine.") }));
            points(ctx, passing, scatter);
        };
        search.addEventListener("input", () => {
            ctx.replace({ q: search.value });
            draw();
        });
        host.replaceChildren(h("div", { class: "listing" }, search, outcome, narrowed, found), list);
        draw();
    }

    // The sessions that a signal is about, with how much of what it counts each has; null where none is asked for.
    function signalled(ctx) {
        if (!ctx.params.signal) return null;
        const table = ctx.table("signal_sessions"), part = ctx.params.part === fl.NONE ? null : ctx.params.part;
        const signals = table.column("signal"), parts = table.column("part"), keys = table.column("session_key"), counted = table.column("counted_count"), of = table.column("of_count");
        const found = new Map();
        for (let i = 0; i < table.count; i++) {
            if (signals[i] !== ctx.params.signal || (ctx.params.part && parts[i] !== part)) continue;
            const before = found.get(keys[i]) ?? { counted: 0, of: null };
            found.set(keys[i], { counted: before.counted + counted[i], of: fl.add(before.of, of[i]) });
        }
        return found;
    }

    function points(ctx, rows, host) {
        const shown = rows.filter((row) => cost(row) > 0 && row.active_ms > 0).slice(0, 4000);
        if (!shown.length) {
            host.replaceChildren(fl.empty("No session of this selection has both a time and a price."));
            return;
        }
        host.replaceChildren(
            fl.scatter({
                label: fl.plural(shown.length, "session") + " by active time and amount",
                points: shown.map((row) => ({ x: Math.max(row.active_ms / 60000, 0.1), y: Math.max(cost(row), 0.001), tone: fl.result(row.outcome_result), row, lines: [fl.sessionName(row), fl.usd(cost(row), (row.billed_cost_usd ?? -1) >= (row.subscription_cost_usd ?? -1) ? "billed" : "subscription") + " in " + fl.duration(row.active_ms), fl.words(row.outcome_class)] })),
                xName: (value) => (value < 1 ? value * 60 + " s" : value < 60 ? value + " min" : Math.round(value / 60) + " h"), yName: fl.usdShort,
                picked: (point) => (location.hash = "#/session/" + point.row.session_key),
            }),
            h("ul", { class: "legend line" }, [["success", "succeeded"], ["failure", "failed"], ["neither", "neither"], ["unknown", "not observed"]].map(([tone, name]) => h("li", {}, h("i", { class: "swatch " + tone }), name))));
    }

    const keyOf = (state) => (/^[0-9a-f]{16}$/.test(state.key ?? "") ? state.key : null);
    // A session's own page.
    fl.pages.session = {
        title: "Session", nofilter: true,
        needs: (state) => (keyOf(state) ? ["sessions/" + keyOf(state)] : []),
        draw(ctx) {
            const host = h("div", {}), key = keyOf(ctx);
            if (!key) return fl.empty("This address names no session.");
            ctx.later("sessions/" + key, (_, there) => {
                if (!there) {
                    host.replaceChildren(fl.empty("This session's calls are not here.", document.documentElement.dataset.kind === "single" ? "A single file tells of the newest sessions in full; `fleetledger page` writes all." : "The page may be of another ledger, or older than the session."));
                    return;
                }
                host.replaceChildren(...session(ctx, fl.answers.get("sessions/" + key).parts));
            });
            return host;
        },
    };

    const part = (parts, name) => fl.table(parts[name]);
    const { rowsOf } = fl;
    const turnCost = (row) => row.billed_cost_usd ?? row.subscription_cost_usd ?? row.unknown_cost_usd;
    const kindOf = (row) => (row.billed_cost_usd !== null ? "billed" : row.subscription_cost_usd !== null ? "subscription" : "unknown");

    fl.resumeLine = (it) => (it.fleet === "claude_code" ? (it.started_in ? "cd " + fl.shellWord(it.started_in) + " && " : "") + "claude --resume " + fl.shellWord(it.session_id) : null);

    // What a session came to, as one card.
    fl.sessionCard = (parts) => {
        const it = part(parts, "session").row(0), resume = fl.resumeLine(it);
        const requests = part(parts, "pull_requests").count, commits = part(parts, "commits").count;
        const facts = [
            ["Paid", fl.usd(it.billed_cost_usd)], ["Notional", fl.usd(it.subscription_cost_usd, "subscription")],
            ["Active", fl.duration(it.active_ms), "of " + fl.duration(it.wall_clock_ms) + " by the clock"],
            ["Turns", fl.count(it.turn_count)], ["Tools", fl.count(it.tool_call_count), fl.count(it.tool_error_count) + " failed"],
            ["Lines", it.lines_added === null ? fl.UNKNOWN : "+" + fl.count(it.lines_added) + " −" + fl.count(it.lines_removed ?? 0)],
            ["Commits", fl.count(commits)], ["Pull requests", fl.count(requests)],
        ];
        return h("article", { class: "card", "aria-label": fl.sessionName(it) },
            h("h3", {}, h("a", { href: "#/session/" + it.session_key }, fl.sessionName(it))),
            h("p", {}, fl.outcome(it.outcome_class, it.outcome_result) ?? h("span", { class: "soft" }, "No task of it has ended."), it.outcome_rationale && h("span", { class: "soft" }, " " + it.outcome_rationale)),
            h("dl", {}, facts.map(([label, value, title]) => h("div", { title }, h("dt", {}, label), h("dd", {}, value)))),
            resume && h("p", {}, fl.copyable(resume, "the line that resumes it")));
    };

    function session(ctx, parts) {
        const it = part(parts, "session").row(0);
        const name = fl.sessionName(it);
        document.querySelector("#head h1").textContent = name;
        document.title = name + " · fleetledger";
        const tokens = fl.add(it.input_tokens, it.output_tokens, it.cache_read_tokens, it.cache_write_5m_tokens, it.cache_write_1h_tokens);
        const fact = (label, value, title) => h("div", { title }, h("dt", {}, label), h("dd", {}, value));
        const resume = fl.resumeLine(it);
        // Times of the day are enough, but where it went over midnight.
        const long = it.started_at?.slice(0, 10) !== it.ended_at?.slice(0, 10);
        const clock = (text) => (long && text ? fl.day(text) + " " : "") + fl.clock(text);
        return [
            h("p", { class: "meta" }, h("a", { class: "crumb", href: ctx.href("sessions") }, "← Sessions"), h("span", {}, fl.time(it.started_at) + " UTC"), h("span", {}, it.fleet + " · " + it.account + " on " + it.host), it.project && h("span", {}, h("code", {}, it.project)), it.git_branch && h("span", {}, "branch ", h("code", {}, it.git_branch)), it.parent_key && h("a", { href: "#/session/" + it.parent_key }, "forked from another session")),
            h("dl", { class: "facts" },
                fact("Paid", fl.usd(it.billed_cost_usd)), fact("Notional", fl.usd(it.subscription_cost_usd, "subscription")), fact("Tokens", fl.short(tokens), fl.count(tokens)), fact("Turns", fl.count(it.turn_count)), fact("Tool calls", fl.count(it.tool_call_count) + (it.tool_error_count ? ", " + fl.count(it.tool_error_count) + " failed" : "")),
                fact("Lines", it.lines_added === null ? fl.UNKNOWN : "+" + fl.count(it.lines_added) + " −" + fl.count(it.lines_removed ?? 0)), fact("Active", fl.duration(it.active_ms), "of " + fl.duration(it.wall_clock_ms) + " by the clock"), it.fleet === "mu" ? fact("Tasks", fl.count(it.task_count)) : fact("Sub-agents", fl.count(Math.max(0, it.task_count - 1)))),
            h("div", { class: "panels" },
                fl.panel({ title: "What came of it", span: "half", source: "session", body: verdict(it, ctx) }),
                fl.panel({ title: "Take it up again", span: "half", body: h("div", { class: "prose" }, resume ? h("p", {}, fl.copyable(resume, "the line that resumes it")) : h("p", {}, "A session of mu is resumed by its daemon."), h("p", {}, fl.copyable("fleetledger show " + fl.shellWord(it.session_id), "the line that shows it")), h("p", { class: "soft" }, "The second prints what was said, and what each turn cost; the page holds no text of the logs but titles and paths.")) }),
                turnsPanel(part(parts, "turns"), clock), contextPanel(part(parts, "calls"), clock), toolsPanel(part(parts, "tools")), filesPanel(part(parts, "files"), it),
                workPanel(part(parts, "commits"), part(parts, "pull_requests"), ctx), stopsPanel(part(parts, "stops")),
                part(parts, "tasks").count > 1 ? tasksPanel(part(parts, "tasks"), it, clock) : null, part(parts, "findings").count ? findingsPanel(part(parts, "findings")) : null, part(parts, "signals").count ? signalsPanel(part(parts, "signals"), clock) : null, callsPanel(part(parts, "calls"), clock)),
        ];
    }

    function verdict(it, ctx) {
        const others = it.mu_outcome_class && it.mu_outcome_class !== it.outcome_class ? h("p", { class: "soft" }, "By mu's own rules: " + fl.words(it.mu_outcome_class) + ".") : null;
        return h("div", { class: "prose" },
            it.outcome_class ? h("p", {}, fl.outcome(it.outcome_class, it.outcome_result), it.outcome_confidence && h("span", { class: "soft" }, " · " + it.outcome_confidence)) : h("p", {}, "No task of it has ended."),
            it.outcome_rationale && h("p", {}, it.outcome_rationale), it.evidence_coverage && h("p", { class: "soft" }, "The best evidence at hand: " + fl.words(it.evidence_coverage) + "."), others,
            it.operator_rating && h("p", {}, "Rated " + it.operator_rating + " of 5 by a person."), it.unpriced_call_count ? h("p", { class: "note warn" }, fl.plural(it.unpriced_call_count, "call") + " have no cost: the amounts lack them.") : null);
    }

    function turnsPanel(table, clock) {
        const rows = rowsOf(table).filter((row) => row.model_call_count || row.tool_call_count);
        const main = rows.filter((row) => !row.agent_id);
        const name = (row) => (row.agent_id ? "sub-agent " + row.agent_id.slice(0, 6) : row.turn_number ? String(row.turn_number) : "before");
        const figures = () => fl.grid({ label: "Turns", rows, fixed: true, columns: [{ id: "turn", label: "Turn", first: true, value: name }, { id: "at", label: "Prompted", value: (row) => row.prompted_at, cell: (row) => clock(row.prompted_at) }, { id: "calls", label: "Calls", num: true, value: (row) => row.model_call_count }, { id: "tools", label: "Tools", num: true, value: (row) => row.tool_call_count }, { id: "context", label: "Context", num: true, minor: true, value: (row) => row.context_tokens, cell: (row) => fl.short(row.context_tokens) }, fl.money("billed", "Paid", "billed", (row) => row.billed_cost_usd), fl.money("subscription", "Notional", "subscription", (row) => row.subscription_cost_usd)] });
        const body = main.some((row) => turnCost(row) > 0) ? fl.sequence({ label: "Cost of each of " + fl.plural(main.length, "turn"), form: "bars", values: main.map(turnCost), tone: (i) => kindOf(main[i]), short: fl.usdShort, name: (i) => name(main[i]), lines: (i) => ["Turn " + name(main[i]), fl.usd(turnCost(main[i]), kindOf(main[i])), fl.plural(main[i].model_call_count, "call") + ", " + fl.plural(main[i].tool_call_count, "tool call")] }) : fl.empty("No turn has a price.");
        return fl.panel({ title: "Cost of each turn", note: "Of the main thread; sub-agents stand by themselves.", span: "half", source: "session_turns", body, figures: rows.length ? figures : null });
    }

    function contextPanel(table, clock) {
        const rows = rowsOf(table).filter((row) => !row.agent_id);
        const size = (row) => fl.add(row.input_tokens, row.cache_read_tokens, row.cache_write_tokens);
        const sizes = rows.map(size);
        // Half of the context gone from one call to the next: it was compacted, or cleared.
        const marks = sizes.map((value, i) => (i && value !== null && sizes[i - 1] > 20000 && value < sizes[i - 1] / 2 ? i : null)).filter((i) => i !== null);
        const body = sizes.some((value) => value > 0) ? fl.sequence({ label: "Context of each of " + fl.plural(rows.length, "call") + ", at most " + fl.short(Math.max(...sizes.map((value) => value ?? 0))) + " tokens" + (marks.length ? ", cut " + fl.plural(marks.length, "time") : ""), form: "steps", values: sizes, marks, tone: () => "tokens", short: fl.axis, name: (i) => String(i + 1), lines: (i) => ["Call " + (i + 1) + ", " + clock(rows[i].called_at), fl.count(sizes[i]) + " tokens", "of them " + fl.share(rows[i].cache_read_tokens, sizes[i]) + " from cache"] }) : fl.empty("No call has a count of tokens.");
        return fl.panel({ title: "Context, call by call", note: marks.length ? "A broken line is where half of it or more went: a compaction, or a new beginning." : "What each call of the main thread read.", span: "half", source: "session_calls", body });
    }

    const toolsPanel = (table) => fl.panel({
        title: "Tools", span: "half", source: "session_tools", note: "In a row: its longest run of failures. Again: the same command three times or more. Loops: files that it wrote five times or more.",
        body: fl.grid({
            label: "Tools of the session", rows: rowsOf(table), most: 12, sort: "-calls",
            columns: [
                { id: "tool", label: "Tool", first: true, wide: true, value: (row) => row.tool_name, title: (row) => row.tool_name },
                { id: "calls", label: "Calls", num: true, value: (row) => row.tool_call_count, cell: (row) => fl.count(row.tool_call_count) },
                { id: "failed", label: "Failed", num: true, value: (row) => row.tool_error_count, cell: (row) => (row.tool_error_count ? fl.count(row.tool_error_count) + " (" + fl.share(row.tool_error_count, row.result_count) + ")" : "0") },
                { id: "streak", label: "In a row", num: true, minor: true, value: (row) => row.longest_error_streak, cell: (row) => fl.count(row.longest_error_streak) },
                { id: "again", label: "Again", num: true, minor: true, value: (row) => row.repeated_command_count, cell: (row) => fl.count(row.repeated_command_count) },
                { id: "loops", label: "Loops", num: true, minor: true, value: (row) => row.edit_loop_count, cell: (row) => fl.count(row.edit_loop_count) },
                { id: "median", label: "Median", num: true, value: (row) => row.duration_p50_ms, cell: (row) => fl.duration(row.duration_p50_ms) },
            ],
            empty: fl.empty("No tool was used."),
        }),
    });

    // What of its work left the session. A pull request leads to where it was opened: an address of the log, shown as it is.
    const SAFE = /^https:\/\/[\w.-]+(:\d+)?\/[\w./-]+$/;
    const landed = (row) => (row.is_reverted ? ["reverted", "failure"] : row.reached_default_branch ? ["landed", "success"] : row.reached_default_branch === false ? ["not landed", "neither"] : ["not seen again", "unknown"]);
    const opened = (row) => (row.merged_at || row.state === "merged" ? ["merged", "success"] : row.state === "closed" ? ["closed", "failure"] : row.state ? [row.state, "neither"] : ["state not known", "unknown"]);
    const workPanel = (commits, requests, ctx) => {
        const rows = [
            ...rowsOf(requests).map((row) => ({ what: row.pull_request_number ? "pull request " + row.pull_request_number : row.pull_request_url, href: row.pull_request_url, branch: row.git_branch, state: opened(row), at: row.merged_at, how: row.is_created ? "opened by it" : "worked on" })),
            ...rowsOf(commits).map((row) => ({ what: (row.commit_sha ?? "").slice(0, 10), branch: row.git_branch, state: landed(row), at: row.committed_at, how: fl.words(row.join_kinds) })),
        ];
        return fl.panel({
            title: "Commits and pull requests", span: "half", source: commits.count || !requests.count ? "session_commits" : "session_pull_requests", note: "How a commit is known to be of this session stands beside it.",
            body: fl.grid({
                label: "Commits and pull requests", rows, most: 12, fixed: true,
                columns: [
                    { id: "what", label: "What", first: true, value: (row) => row.what, cell: (row) => (row.href && SAFE.test(row.href) ? h("a", { class: "out", href: row.href, rel: "noreferrer noopener", title: row.href }, row.what) : h("code", { title: row.href }, row.what)) },
                    { id: "branch", label: "Branch", wide: true, minor: true, value: (row) => row.branch, title: (row) => row.branch },
                    { id: "state", label: "State", value: (row) => row.state[0], cell: (row) => h("span", { class: "badge " + row.state[1] }, row.state[0]) },
                    { id: "how", label: "Known by", minor: true, value: (row) => row.how },
                    { id: "at", label: "When", time: true, minor: true, value: (row) => row.at, cell: (row) => fl.moment(row.at, ctx.today) },
                ],
                empty: fl.empty("No commit and no pull request of it is known.", "`fleetledger collect git` looks for its commits in the repositories."),
            }),
        });
    };
    const stopsPanel = (table) => fl.panel({
        title: "How its responses ended", span: "half", source: "session_stops", note: "Red broke off, was refused or ran into a limit.",
        body: fl.grid({
            label: "How its responses ended", rows: rowsOf(table), most: 12,
            columns: [
                { id: "reason", label: "Ended by", first: true, value: (row) => row.stop_reason, cell: (row) => h("span", { class: "badge " + (row.is_degraded === null ? "unknown" : row.is_degraded ? "failure" : "neither") }, row.stop_reason === null ? "not told" : fl.words(row.stop_reason)) },
                { id: "model", label: "Model", wide: true, value: (row) => row.model, title: (row) => row.model },
                { id: "calls", label: "Calls", num: true, value: (row) => row.model_call_count, cell: (row) => fl.count(row.model_call_count) },
            ],
            empty: fl.empty("No call of it is logged."),
        }),
    });
    // Where a file is within the work: a path that begins like the session's own says nothing new until there.
    const within = (path, it) => {
        const root = [it.started_in, it.project].filter((place) => place && path.startsWith(place + "/")).sort((a, b) => b.length - a.length)[0];
        return root ? path.slice(root.length + 1) : path;
    };
    const filesPanel = (table, it) => fl.panel({ title: "Files", span: "half", source: "session_files", body: fl.grid({ label: "Files of the session", rows: rowsOf(table), most: 12, columns: [{ id: "file", label: "File", first: true, wide: true, value: (row) => row.file_path, title: (row) => row.file_path, cell: (row) => h("code", {}, within(row.file_path, it)) }, { id: "calls", label: "Calls", num: true, value: (row) => row.tool_call_count }, { id: "added", label: "Added", num: true, value: (row) => row.lines_added, cell: (row) => (row.lines_added === null ? null : "+" + fl.count(row.lines_added)) }, { id: "removed", label: "Removed", num: true, value: (row) => row.lines_removed, cell: (row) => (row.lines_removed === null ? null : "−" + fl.count(row.lines_removed)) }], empty: fl.empty("No tool named a file.") }) });
    const tasksPanel = (table, it, clock) => fl.panel({ title: "Sub-agents and tasks", source: "session_tasks", body: fl.grid({ label: "Tasks of the session", rows: rowsOf(table), most: 20, columns: [{ id: "task", label: "Task", first: true, value: (row) => (row.is_subagent ? "sub-agent " + (row.agent_id ?? "").slice(0, 8) : it.fleet === "mu" ? row.task_id.slice(-24) : "main thread") }, { id: "started", label: "Started", value: (row) => row.started_at, cell: (row) => clock(row.started_at) }, { id: "outcome", label: "Outcome", value: (row) => row.outcome_class, cell: (row) => fl.words(row.outcome_class) }, { id: "why", label: "Why", wide: true, minor: true, value: (row) => row.outcome_rationale, title: (row) => row.outcome_rationale }, { id: "calls", label: "Calls", num: true, value: (row) => row.model_call_count }, { id: "tools", label: "Tools", num: true, minor: true, value: (row) => row.tool_call_count }, { id: "active", label: "Active", num: true, minor: true, value: (row) => row.active_ms, cell: (row) => fl.duration(row.active_ms) }, fl.money("billed", "Paid", "billed", (row) => row.billed_cost_usd), fl.money("subscription", "Notional", "subscription", (row) => row.subscription_cost_usd)] }) });
    const findingsPanel = (table) => fl.panel({ title: "What the audit found", source: "session_findings", body: fl.grid({ label: "Findings of the session", rows: rowsOf(table), columns: [{ id: "severity", label: "Severity", first: true, value: (row) => row.severity, cell: (row) => fl.severity(row.severity) }, { id: "rule", label: "Rule", value: (row) => fl.words(row.rule_id) }, { id: "tool", label: "Tool", minor: true, value: (row) => row.tool_name }, { id: "found", label: "Found", wide: true, value: (row) => row.found, title: (row) => row.found }, { id: "at", label: "When", value: (row) => row.called_at, cell: (row) => fl.time(row.called_at) }] }) });
    const signalsPanel = (table, clock) => fl.panel({
        title: "What signals see in it", source: "session_signals", note: "Claims that no tool bears out, instructions broken, friction, compactions, sub-agents without use, what could have been saved.",
        body: fl.grid({
            label: "Signals of the session", rows: rowsOf(table), most: 12,
            columns: [
                { id: "at", label: "When", first: true, value: (row) => row.seen_at, cell: (row) => clock(row.seen_at), title: (row) => row.seen_at },
                { id: "signal", label: "Signal", value: (row) => row.signal, cell: (row) => fl.words(row.signal) },
                { id: "part", label: "What", wide: true, value: (row) => row.part, cell: (row) => fl.words(row.part) },
                { id: "detail", label: "How", value: (row) => row.detail, cell: (row) => (row.detail_count === null ? fl.words(row.detail ?? fl.UNKNOWN) : fl.count(row.detail_count) + " " + fl.words(row.detail)) },
                { id: "cost", label: "Cost", num: true, value: (row) => row.cost_usd, cell: (row) => (row.cost_usd === null ? null : fl.usd(row.cost_usd, row.cost_kind)) },
            ],
        }),
    });
    const callsPanel = (table, clock) => fl.panel({ title: "Calls", source: "session_calls", body: fl.grid({ label: "Calls of the session", kind: "free-height", rows: rowsOf(table), most: 50, columns: [
        { id: "at", label: "Time", first: true, value: (row) => row.called_at, cell: (row) => clock(row.called_at), title: (row) => row.called_at },
        { id: "turn", label: "Turn", value: (row) => row.turn_number, cell: (row) => (row.agent_id ? "sub-agent " + row.agent_id.slice(0, 6) : row.turn_number) },
        { id: "model", label: "Model", minor: true, wide: true, value: (row) => row.model },
        { id: "input", label: "Fresh input", num: true, minor: true, value: (row) => row.input_tokens, cell: (row) => fl.count(row.input_tokens) }, { id: "read", label: "Cache read", num: true, minor: true, value: (row) => row.cache_read_tokens, cell: (row) => fl.count(row.cache_read_tokens) }, { id: "write", label: "Cache write", num: true, minor: true, value: (row) => row.cache_write_tokens, cell: (row) => fl.count(row.cache_write_tokens) }, { id: "output", label: "Output", num: true, value: (row) => row.output_tokens, cell: (row) => (row.usage_is_final || row.output_tokens === null ? "" : "≥ ") + fl.count(row.output_tokens) },
        { id: "cost", label: "Cost", num: true, value: (row) => row.cost_usd, cell: (row) => fl.usd(row.cost_usd, row.cost_kind), title: (row) => row.rate_caveats }, { id: "end", label: "Ended by", minor: true, value: (row) => row.stop_reason, cell: (row) => (row.stop_reason ? fl.words(row.stop_reason) : null) },
    ] }) });
})((globalThis.fleetledger ??= {}));
