// What pages are put together from: panels, tables, tiles, shares.
"use strict";

(function (fl) {
    const { h } = fl;
    const CODE = "M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5";
    const TABLE = "M2 3.5h12v9H2zM2 6.5h12M6.5 6.5v6";

    // A panel. `source` names the answer behind it, whose SQL it shows; `figures` gives what a chart shows as a table.
    fl.panel = (spec) => {
        const body = h("div", { class: "body" }, spec.body);
        const buttons = [];
        if (spec.figures) {
            const toggle = h("button", { class: "tool", type: "button", "aria-pressed": "false", "aria-label": spec.title + ": show the figures as a table", title: "The figures as a table" }, fl.icon(TABLE));
            toggle.addEventListener("click", () => {
                const shown = toggle.getAttribute("aria-pressed") === "true";
                toggle.setAttribute("aria-pressed", String(!shown));
                body.replaceChildren(...(shown ? [spec.body].flat(Infinity).filter((child) => child) : [spec.figures()]));
            });
            buttons.push(toggle);
        }
        if (spec.source) buttons.push(h("button", { class: "tool", type: "button", "aria-label": spec.title + ": where the figures come from", title: "Where the figures come from: the SQL", on: { click: () => fl.showSource(spec.source, spec.title) } }, fl.icon(CODE)));
        return h("section", { class: "panel " + (spec.span ?? ""), "aria-label": spec.title },
            h("div", { class: "panel-head" }, h("h2", {}, spec.title), spec.tools && h("div", { class: "tools" }, spec.tools), buttons),
            spec.note && h("p", { class: "note" }, fl.sentence(spec.note)),
            spec.ignored && fl.notNarrowed(spec.ignored),
            body,
            fl.answers.get(spec.source)?.cut ? h("p", { class: "note cut" }, "Cut: the first " + fl.count(fl.answers.get(spec.source).count) + " are here, the ledger has more.") : null);
    };

    fl.empty = (text, hint) => h("div", { class: "empty" }, h("p", {}, text), hint && h("p", { class: "hint" }, fl.sentence(hint)));

    fl.tabs = (names, chosen, pick, label) => h("div", { class: "tabs", role: "group", "aria-label": label }, names.map(([name, text]) => h("button", { type: "button", "aria-pressed": String(name === chosen), on: { click: () => pick(name) } }, text)));

    // A table that sorts by its heads. Columns: {id, label, value(row), cell(row), num, bar, first}.
    fl.grid = (spec) => {
        const columns = spec.columns.filter((column) => column);
        let { sort = null, most = 50 } = spec;
        const table = h("table", {}), more = h("div", { class: "more" });
        const box = h("div", { class: "grid-box " + (spec.kind ?? ""), tabindex: "0", role: "region", "aria-label": spec.label }, table);
        const draw = (focus = null) => {
            const [id, descending] = sort ? [sort.replace(/^-/, ""), sort.startsWith("-")] : [null, false];
            const by = columns.find((column) => column.id === id);
            const rows = by ? fl.sorted(spec.rows, by.value, descending) : spec.rows;
            const head = h("tr", {}, columns.map((column) => {
                const order = column.id === id ? (descending ? "descending" : "ascending") : "none";
                const name = column.value && !spec.fixed ? h("button", { type: "button", "data-sort": column.id, on: { click: () => resort(column) } }, column.label, order !== "none" && h("span", { "aria-hidden": "true" }, descending ? " ↓" : " ↑")) : column.label;
                return h("th", { scope: "col", class: classes(column), "aria-sort": order }, name);
            }));
            table.replaceChildren(h("caption", { class: "unseen" }, spec.label), h("thead", {}, head), h("tbody", {}, rows.slice(0, most).map((row) => line(row))));
            more.replaceChildren();
            if (rows.length > most) {
                more.append(h("span", {}, fl.count(most) + " of " + fl.count(rows.length)), h("button", { class: "button", type: "button", on: { click: () => ((most += 200), draw()) } }, "Show more"));
            }
            if (focus) table.querySelector(`[data-sort="${focus}"]`)?.focus();
        };
        const classes = (column) => [column.num ? "num" : "", column.wide ? "wide" : "", column.minor ? "minor" : "", column.roomy ? "minor roomy" : "", column.capped ? "capped" : ""].filter(Boolean).join(" ") || null;
        const resort = (column) => {
            const first = column.num || column.time ? "-" + column.id : column.id;
            const other = column.num || column.time ? column.id : "-" + column.id;
            sort = sort === first ? other : first;
            spec.sorted?.(sort);
            draw(column.id);
        };
        const line = (row) => {
            const href = spec.href?.(row);
            const cells = columns.map((column, i) => {
                let content = column.cell ? column.cell(row) : column.value(row);
                if (content === null || content === undefined) content = h("span", { class: "none" }, fl.UNKNOWN);
                if (href && i === (spec.link ?? 0)) content = h("a", { href }, content);
                return h(column.first ? "th" : "td", { class: classes(column), scope: column.first ? "row" : null, title: column.title?.(row) ?? null }, content, column.bar?.(row));
            });
            const element = h("tr", { class: href || spec.pick ? "pick" : null }, cells);
            if (href || spec.pick) element.addEventListener("click", (event) => {
                if (event.target.closest("a, button") || String(getSelection())) return;
                if (href) location.hash = href;
                else spec.pick(row);
            });
            return element;
        };
        draw();
        return spec.rows.length ? h("div", {}, box, more) : spec.empty ?? fl.empty("Nothing in this selection.");
    };

    // Amounts in a column of their own, with a bar for the eye.
    fl.money = (id, label, kind, value, largest) => ({
        id, label, num: true, value,
        cell: (row) => (value(row) === null || value(row) === undefined ? null : fl.usd(value(row), kind)),
        bar: largest ? (row) => (value(row) ? h("span", { class: "bar" }, h("i", { class: kind, css: { width: Math.max(1, (100 * value(row)) / largest).toFixed(1) + "%" } })) : h("span", { class: "bar" })) : null,
    });

    // Parts of a whole: a bar and what each part is. Parts: {name, value, text, tone}.
    fl.shares = (parts, label) => {
        const whole = parts.reduce((sum, part) => sum + (part.value ?? 0), 0);
        const said = label + ": " + parts.map((part) => part.name + " " + part.text).join(", ");
        return h("div", { class: "shares" },
            h("div", { class: "share-bar", role: "img", "aria-label": said }, whole ? parts.filter((part) => part.value > 0).map((part) => h("i", { class: part.tone, css: { "flex-grow": String(part.value / whole) } })) : null),
            h("ul", { class: "legend" }, parts.map((part) => h("li", {}, h("i", { class: "swatch " + part.tone }), part.href ? h("a", { href: part.href }, part.name) : h("span", {}, part.name), h("b", {}, part.text), whole ? h("em", {}, fl.share(part.value ?? 0, whole)) : null))));
    };

    fl.rowsOf = (table) => Array.from({ length: table.count }, (_, i) => table.row(i));
    fl.NOT_THERE = "The published file has no such table; a refresh by this version adds it.";
    fl.notNarrowed = (ignored) => (ignored.length ? h("p", { class: "note warn" }, "Not narrowed by " + ignored.join(", ") + ": these figures do not tell them apart.") : null);
    // What an answer gives, drawn at once where it is there, else as soon as it comes. `day` is the column that the period
    // narrows, null where none does; filters that the answer cannot tell apart are named.
    fl.waits = (ctx, name, draw, day) => {
        const host = h("div", { class: "waits" });
        ctx.later(name, (table, there) => {
            host.classList.remove("waits");
            const ignored = there && day !== undefined ? fl.notNarrowed(fl.ignored(table, ctx.params, day)) : null;
            host.replaceChildren(...[ignored, draw(table, there)].flat(Infinity).filter(Boolean));
        });
        return host;
    };

    // A column of bars for the eye, each of parts [{value, tone}], as wide as its share of the largest; figures stand beside it.
    fl.barColumn = (parts, largest) => ({
        id: "bars", label: "", wide: true, minor: true,
        cell: (row) => h("span", { class: "meter", "aria-hidden": "true" }, parts(row).filter((part) => part.value > 0).map((part) => h("i", { class: part.tone, css: { width: Math.min(100, (100 * part.value) / (largest || 1)).toFixed(2) + "%" } }))),
    });

    fl.result = (result) => ({ success: "success", failure: "failure", neither: "neither" })[result] ?? "unknown";
    fl.outcome = (outcome, result) => (outcome ? h("span", { class: "badge " + fl.result(result) }, fl.words(outcome)) : null);
    fl.severity = (severity) => h("span", { class: "severity " + severity }, severity);

    // Dialogs: the SQL behind a figure.
    fl.dialog = (title, ...body) => {
        const dialog = document.getElementById("dialog");
        const close = h("button", { class: "button", type: "button", on: { click: () => dialog.close() } }, "Close");
        dialog.replaceChildren(h("div", { class: "dialog-head" }, h("h2", { id: "dialog-title" }, title), close), ...body.flat());
        dialog.showModal();
    };
    fl.showSource = async (name, title) => {
        const found = (await fl.load("sources"))?.of?.[name];
        if (!found) return;
        const { params, page, key } = fl.parseHash(location.hash), build = fl.table(fl.answers.get("build")).row(0) ?? {};
        const period = page === "session" ? {} : fl.wholeMonths(fl.period(params, build.newest_on), build.by_day_since);
        const chosen = fl.variables(found.sql, page === "session" ? {} : params, period, key && fl.table(fl.answers.get("sessions/" + key)?.parts?.session).row(0)?.session_id);
        const tables = Object.entries(found.tables).map(([table, about]) => [h("dt", {}, h("code", {}, table)), h("dd", {}, fl.sentence(about))]);
        fl.dialog("Where “" + title + "” comes from",
            h("p", { class: "note" }, "This query of the published file; what is summed on the page is summed of its rows."),
            h("p", { class: "note" }, "To check it, type ", h("code", {}, "duckdb -readonly ~/.local/share/fleetledger/fleetledger.duckdb"), ", or the same in your own data directory, and what stands here", chosen ? ": what is chosen on the page, then the query." : "."),
            h("div", {}, chosen ? h("div", { class: "sql chosen" }, h("code", {}, chosen.trim())) : null, h("pre", { class: "sql", tabindex: "0" }, h("code", {}, found.sql.trim()))),
            fl.copyButton(chosen + found.sql.trim() + ";\n", "the query", "Copy all of it", "button"),
            tables.length ? [h("h3", {}, "Tables"), h("dl", { class: "tables" }, tables)] : null);
    };
})((globalThis.fleetledger ??= {}));
