// What goes on inside the work: claims, instructions, friction, waste, sub-agents, compactions, and days unlike others.
"use strict";

(function (fl) {
    const { h } = fl;
    const { waits, NOT_THERE } = fl;

    // What a list of sessions counts of each signal.
    fl.SIGNALS = { claims: "Unsupported", directives: "Broken", friction: "Friction", delegations: "Sub-agents", subagents: "Sub-agents", compactions: "Compactions", recalls: "Recalls", waste: "Findings", scores: "Faults", verdicts: "Faults", stops: "Broke off", contexts: "Calls", cache: "Lost", rates: "Counted", tools: "Failed calls" };
    fl.drill = (ctx, signal, part) => ctx.href("sessions", { signal, part: part ?? fl.NONE });
    fl.headline = (value, ...words) => h("p", { class: "headline" }, h("b", {}, value), h("span", {}, words));

    // A panel of a signal: its headline, and a row for each part of it, which leads to the sessions that have it.
    const panel = (ctx, spec) => fl.panel({
        title: spec.title, note: spec.note, source: spec.name, span: spec.span ?? "half",
        body: waits(ctx, spec.name, (table, there) => {
            if (!there) return fl.empty(NOT_THERE);
            const rows = ctx.pass(table, spec.day);
            if (!rows.length) return fl.empty(...spec.empty);
            const sumOf = (of) => (name, test) => fl.sum(table, test ? of.filter((i) => test((column) => table.column(column)[i])) : of, name);
            const parts = fl.groups(table, rows, [spec.by]).map((group) => ({ part: group.values[0], ...spec.sums(sumOf(group.rows)) }));
            return [
                spec.headline(spec.sums(sumOf(rows))),
                fl.grid({
                    label: spec.title, rows: parts, most: 12, sort: spec.sort, href: (row) => (spec.counted(row) ? fl.drill(ctx, spec.name, row.part) : null),
                    columns: [{ id: "part", label: spec.what, first: true, wide: true, value: (row) => row.part, cell: (row) => fl.words(row.part ?? fl.NONE), title: (row) => row.part }, ...spec.columns],
                }),
            ];
        }, spec.day),
    });
    const counts = (id, label, minor = false) => ({ id, label, num: true, minor, value: (row) => row[id], cell: (row) => fl.count(row[id]) });
    const shareOf = (id, label, part, all) => ({ id, label, num: true, value: (row) => (row[all] ? row[part] / row[all] : null), cell: (row) => fl.share(row[part], row[all]) });
    const money = [fl.money("billed", "Paid", "billed", (row) => row.billed), fl.money("subscription", "Notional", "subscription", (row) => row.subscription)];
    const both = (sum, column) => ({ billed: sum(column, (at) => at("cost_kind") === "billed"), subscription: sum(column, (at) => at("cost_kind") === "subscription") });
    const amounts = (row) => [row.billed !== null && [fl.usd(row.billed), " paid"], row.billed !== null && row.subscription !== null && ", ", row.subscription !== null && [fl.usd(row.subscription, "subscription"), " notional"]];

    const claims = (ctx) => panel(ctx, {
        name: "claims", title: "Claims", note: "What answers say was done, held against what tools did. Unsupported: nothing shows it; contradicted: a tool showed otherwise.", day: "claimed_on", by: "claim_kind", what: "Claim", sort: "-all",
        sums: (sum) => {
            const of = (...verdicts) => sum("claim_count", (at) => verdicts.includes(at("claim_verdict"))) ?? 0;
            return { all: sum("claim_count"), verified: of("verified"), late: of("late"), unclear: of("unclear"), unsupported: of("unsupported"), contradicted: of("contradicted") };
        },
        headline: (all) => fl.headline(fl.count(all.unsupported + all.contradicted), " of ", fl.plural(all.all, "claim"), " unsupported or contradicted"),
        counted: (row) => row.unsupported + row.contradicted,
        columns: [counts("all", "Claims"), counts("verified", "Verified", true), counts("late", "Late", true), counts("unclear", "Unclear", true), counts("unsupported", "Unsupported"), counts("contradicted", "Contradicted")],
        empty: ["No answer in this selection claims anything that tools could show.", "Tests pass, fixed, pushed, written: `fleetledger report signals claims` tells what is looked for."],
    });

    const directives = (ctx) => panel(ctx, {
        name: "directives", title: "Standing instructions", note: "Rules that people write, held against commands and tools, in the sessions that they bear on.", day: "ended_on", by: "directive", what: "Instruction", sort: "-broken",
        sums: (sum) => ({ sessions: sum("session_count"), breaking: sum("breaking_session_count") ?? 0, calls: sum("call_count"), broken: sum("broken_call_count") ?? 0 }),
        headline: (all) => fl.headline(fl.count(all.broken), " of ", fl.plural(all.calls, "call"), " broke one"),
        counted: (row) => row.broken,
        columns: [counts("sessions", "Sessions"), counts("breaking", "Breaking"), counts("calls", "Calls", true), counts("broken", "Broken"), shareOf("share", "Of calls", "broken", "calls")],
        empty: ["No session in this selection did anything that an instruction bears on."],
    });

    const friction = (ctx) => panel(ctx, {
        name: "friction", title: "Friction", span: "two-thirds", note: "How people got on with sessions, by their own words and by how each ended. It does not tell success.", day: "ended_on", by: "end_kind", what: "Ended", sort: "-sessions",
        sums: (sum) => ({ sessions: sum("session_count"), rough: sum("friction_session_count") ?? 0, prompts: sum("prompt_count"), friction: sum("friction_prompt_count") ?? 0, negative: sum("negative_prompt_count"), corrected: sum("corrected_prompt_count"), repeated: sum("repeated_prompt_count"), interrupts: sum("interrupt_count"), denials: sum("denial_count") }),
        headline: (all) => fl.headline(fl.count(all.friction), " of ", fl.plural(all.prompts, "prompt"), " with friction; ", fl.count(all.rough), " of ", fl.plural(all.sessions, "session"), " with two or more"),
        counted: (row) => row.friction,
        columns: [counts("sessions", "Sessions"), counts("friction", "Prompts"), counts("negative", "Not right", true), counts("corrected", "Corrected", true), counts("repeated", "Repeated", true), counts("interrupts", "Interrupts"), counts("denials", "Denials")],
        empty: ["No person prompted a session that ended in this selection."],
    });

    const waste = (ctx) => panel(ctx, {
        name: "waste", title: "What could have been saved", note: "Each rule is of another part of the cost. `fleetledger report waste` compares models, too.", day: "found_on", by: "rule", what: "Rule", sort: "-findings",
        sums: (sum) => ({ findings: sum("finding_count"), tokens: sum("tokens"), ...both(sum, "cost_usd") }),
        headline: (all) => fl.headline(fl.count(all.findings), all.findings === 1 ? " finding" : " findings", (all.billed ?? all.subscription) !== null && ": ", amounts(all)),
        counted: (row) => row.findings,
        columns: [counts("findings", "Findings"), { id: "tokens", label: "Tokens", num: true, minor: true, value: (row) => row.tokens, cell: (row) => fl.short(row.tokens) }, ...money],
        empty: ["Nothing in this selection could have been saved by these rules."],
    });

    const compactions = (ctx) => panel(ctx, {
        name: "compactions", title: "Compactions", note: "Cost: where the calls that wrote the summary are logged. Read again: files that it had read before.", day: "compacted_on", by: "compaction_trigger", what: "Trigger", sort: "-all",
        sums: (sum) => ({ all: sum("compaction_count"), followed: sum("followed_count"), mid: sum("mid_task_count") ?? 0, before: sum("tokens_before"), after: sum("tokens_after"), sized: sum("sized_count"), again: sum("reread_file_count"), costed: sum("costed_count"), billed: sum("billed_cost_usd"), subscription: sum("subscription_cost_usd") }),
        headline: (all) => fl.headline(fl.count(all.mid), " of ", fl.plural(all.followed, "compaction"), " that something followed in the middle of a task"),
        counted: (row) => row.all,
        columns: [counts("all", "Times"), counts("mid", "Mid task", true), { id: "relief", label: "Relief", num: true, value: (row) => (row.before ? 1 - row.after / row.before : null), cell: (row) => (row.before ? fl.share(row.before - row.after, row.before) : null), title: (row) => fl.short(row.before) + " tokens became " + fl.short(row.after) + ", in " + fl.count(row.sized) + " of known sizes" }, counts("again", "Read again", true), ...money],
        empty: ["No context was compacted in this selection."],
    });

    fl.USES = { client: "the client's own", failed: "failed", files: "files taken up", answer: "answer taken up", unused: "nothing followed", unknown: "not known" };
    const delegations = (ctx) => panel(ctx, {
        name: "delegations", title: "What came of sub-agents", note: "Each sub-agent's own cost, without those that it started itself.", day: "started_on", by: "result_use", what: "Result", sort: "-all",
        sums: (sum) => ({ all: sum("delegation_count"), judged: sum("delegation_count", (at) => ["files", "answer", "unused"].includes(at("result_use"))) ?? 0, unused: sum("delegation_count", (at) => at("result_use") === "unused") ?? 0, tools: sum("tool_call_count"), billed: sum("billed_cost_usd"), subscription: sum("subscription_cost_usd") }),
        headline: (all) => fl.headline(fl.count(all.unused), " of ", fl.count(all.judged), " that answered without use"),
        counted: (row) => row.all,
        columns: [{ id: "use", label: "Meaning", minor: true, value: (row) => fl.USES[row.part] ?? null }, counts("all", "Sub-agents"), counts("tools", "Tool calls", true), ...money],
        empty: ["No sub-agent began in this selection."],
    });

    const recalls = (ctx) => panel(ctx, {
        name: "recalls", title: "What was recalled", span: "third", note: "Put into contexts besides the conversation, as far as logs tell: mu logs tokens, Claude Code the text.", day: "recalled_on", by: "recall_source", what: "Source", sort: "-all",
        sums: (sum) => ({ all: sum("recall_count"), tokens: sum("item_tokens"), characters: sum("item_characters") }),
        headline: (all) => fl.headline(fl.count(all.all), all.all === 1 ? " item" : " items"),
        counted: (row) => row.all,
        columns: [counts("all", "Items"), { id: "tokens", label: "Tokens", num: true, value: (row) => row.tokens, cell: (row) => fl.short(row.tokens) }, { id: "characters", label: "Characters", num: true, value: (row) => row.characters, cell: (row) => fl.short(row.characters) }],
        empty: ["Nothing was recalled in this selection."],
    });

    const scores = (ctx) => panel(ctx, {
        name: "scores", title: "Scores", note: "Faults out of what could be one, by rules and by judges.", day: "ended_on", by: "scorer", what: "Scorer", sort: "part",
        sums: (sum) => ({ all: sum("score_count"), faultless: sum("faultless_count") ?? 0, wrong: sum("wrong_count") ?? 0, of: sum("of_count") }),
        headline: (all) => fl.headline(fl.count(all.faultless), " of ", fl.plural(all.all, "score"), " without a fault"),
        counted: (row) => row.wrong,
        columns: [counts("all", "Sessions"), counts("faultless", "Faultless"), counts("wrong", "Faults"), counts("of", "Out of", true), shareOf("share", "Share", "wrong", "of")],
        empty: ["No session that ended in this selection has a score."],
    });

    const verdicts = (ctx) => panel(ctx, {
        name: "verdicts", title: "What judges say", note: "A judge's word, never mixed with rules; a verdict whose quote is not in the session is thrown away.", day: "ended_on", by: "criterion", what: "Criterion", sort: "-faults",
        sums: (sum) => ({ all: sum("verdict_count"), faults: sum("fault_count") ?? 0, severe: sum("severe_fault_count") ?? 0, rejected: sum("rejected_count") ?? 0, labelled: sum("labelled_count"), agreeing: sum("agreeing_count") }),
        headline: (all) => fl.headline(fl.count(all.faults), " of ", fl.plural(all.all, "verdict"), " a fault; people agree with ", fl.count(all.agreeing), " of ", fl.count(all.labelled)),
        counted: (row) => row.faults,
        columns: [counts("all", "Verdicts"), counts("faults", "Faults"), counts("severe", "Severe"), counts("rejected", "Thrown away", true), { id: "agree", label: "Agreed", num: true, minor: true, value: (row) => (row.labelled ? row.agreeing / row.labelled : null), cell: (row) => (row.labelled ? fl.count(row.agreeing) + " of " + fl.count(row.labelled) : null) }],
        empty: ["No judge was asked.", "`fleetledger judge` asks a model that you name, and says beforehand what it will take."],
    });

    const KIND = { billed: "billed", subscription: "flat rate" };
    const MEASURES = { cost_usd: ["cost", (value, kind) => fl.usd(value, kind)], model_call_count: ["calls", (value) => fl.count(value)], tokens_per_call: ["tokens a call", (value) => fl.short(value)] };
    const anomalies = (ctx) => fl.panel({
        title: "Days unlike those before", note: "A day of a project or a model against its own four weeks before, by the robust z of the median.", source: "anomalies", span: "half",
        body: waits(ctx, "anomalies", (table, there) => {
            if (!there) return fl.empty(NOT_THERE);
            const all = ctx.pass(table, "called_on").map((i) => table.row(i));
            const rows = all.filter((row) => ["project", "model"].every((name) => !ctx.params[name] || (row.dimension === name && row.dimension_value === ctx.params[name])));
            const measure = (row) => MEASURES[row.measure] ?? [fl.words(row.measure), fl.count];
            return [
                fl.notNarrowed(fl.FILTERS.filter((name) => ctx.params[name] && name !== "project" && name !== "model")),
                rows.length && fl.headline(fl.count(rows.filter((row) => row.direction === "high").length), " above, ", fl.count(rows.filter((row) => row.direction === "low").length), " below what was usual"),
                fl.grid({
                    label: "Days unlike those before", rows, most: 12, href: (row) => ctx.href("sessions", { period: null, since: row.called_on, until: row.called_on, [row.dimension]: row.dimension_value || fl.NONE, sort: "-cost" }),
                    columns: [
                        { id: "day", label: "Day", first: true, time: true, value: (row) => row.called_on, cell: (row) => fl.moment(row.called_on, ctx.today) },
                        { id: "of", label: "Of", wide: true, value: (row) => fl.name(row.dimension, row.dimension_value || null), title: (row) => row.dimension_value },
                        { id: "measure", label: "Measure", value: (row) => measure(row)[0] + ", " + (KIND[row.cost_kind] ?? row.cost_kind) },
                        { id: "value", label: "Was", num: true, value: (row) => row.measured_value, cell: (row) => measure(row)[1](row.measured_value, row.cost_kind) },
                        { id: "median", label: "Usually", num: true, value: (row) => row.median_value, cell: (row) => measure(row)[1](row.median_value, row.cost_kind), title: (row) => "the median of " + fl.plural(row.history_day_count, "day") + " of use" },
                        { id: "z", label: "z", num: true, minor: true, value: (row) => Math.abs(row.robust_z), cell: (row) => (row.robust_z < 0 ? "−" : "") + Math.abs(row.robust_z).toFixed(1) },
                        { id: "part", label: "Most of it", roomy: true, value: (row) => row.largest_part, cell: (row) => (row.largest_part ? fl.name(row.dimension === "project" ? "model" : "project", row.largest_part) + ", " + fl.share(row.largest_part_share, 1) : null), title: (row) => row.largest_part },
                    ],
                    empty: fl.empty("No day in this selection was unlike those before.", "A day is compared where a project or a model has enough days of use in the four weeks before."),
                }),
            ];
        }),
    });

    const KINDS = { ask: "A person's wait for the agent", pause: "The agent's wait for a person", response: "A response", tool: "A tool" };
    const timings = (ctx) => fl.panel({
        title: "How long things took", note: "All time: medians do not add up over days. By telemetry where it has a response, else by the times of lines.", source: "timings",
        body: waits(ctx, "timings", (table, there) => {
            if (!there) return fl.empty(NOT_THERE);
            const time = (id, label, minor) => ({ id, label, num: true, minor, value: (row) => row[id], cell: (row) => fl.duration(row[id]) });
            return fl.grid({
                label: "How long things took", rows: fl.rowsOf(table), most: 12,
                columns: [
                    { id: "name", label: "What", first: true, wide: true, value: (row) => row.timed_name ?? KINDS[row.timing_kind], title: (row) => row.timed_name },
                    { id: "kind", label: "Kind", minor: true, value: (row) => row.timing_kind },
                    { id: "count", label: "Times", num: true, value: (row) => row.timing_count, cell: (row) => fl.count(row.timing_count) },
                    time("duration_p50_ms", "Median"), time("duration_p75_ms", "75 %", true), time("duration_p90_ms", "90 %"), time("duration_p99_ms", "99 %", true),
                    { id: "first", label: "First token", num: true, minor: true, value: (row) => row.ttft_p50_ms, cell: (row) => fl.duration(row.ttft_p50_ms), title: (row) => "the median of " + fl.count(row.ttft_count) + " that telemetry tells" },
                    { id: "longest", label: "Longest", num: true, value: (row) => row.longest_ms, cell: (row) => h("a", { class: "out", href: "#/session/" + row.longest_session_key }, fl.duration(row.longest_ms)) },
                ],
                empty: fl.empty("Nothing was timed."),
            });
        }, null),
    });

    fl.pages.signals = {
        title: "Signals",
        needs: ["claims", "directives", "friction", "waste", "compactions", "delegations", "recalls", "scores", "verdicts", "anomalies", "timings"],
        draw: (ctx) => h("div", { class: "panels" },
            claims(ctx), directives(ctx), waste(ctx), anomalies(ctx), friction(ctx), recalls(ctx), delegations(ctx), compactions(ctx), scores(ctx), verdicts(ctx), timings(ctx)),
    };
})((globalThis.fleetledger ??= {}));
