// Answers as tables of columns, filters, and sums over rows. Nothing here knows of a page, so that it is tested without one.
"use strict";

(function (fl) {
    const answers = new Map();
    const waiting = new Map();

    // What a script of an exported folder tells: api/NAME.js calls it.
    fl.told = (name, answer) => {
        answers.set(name, answer);
        waiting.get(name)?.(answer);
        waiting.delete(name);
    };

    // A table over an answer's columns; a column of few texts comes as these texts and their places.
    fl.table = (answer) => {
        const decoded = new Map();
        const columns = answer?.columns ?? {};
        return {
            count: answer?.count ?? 0,
            has: (name) => name in columns,
            column(name) {
                if (!decoded.has(name)) {
                    const raw = columns[name] ?? new Array(answer?.count ?? 0).fill(null);
                    decoded.set(name, Array.isArray(raw) ? raw : raw.at.map((place) => (place === null ? null : raw.of[place])));
                }
                return decoded.get(name);
            },
            row(i) {
                const row = {};
                for (const name in columns) row[name] = this.column(name)[i];
                return row;
            },
        };
    };

    fl.FILTERS = ["fleet", "host", "account", "provider", "project", "model"];
    fl.PERIODS = { "7d": 7, "30d": 30, "90d": 90, all: null };
    const KNOWN = new Set([...fl.FILTERS, "since", "until", "period", "free", "q", "sort", "by", "outcome", "result", "signal", "part"]);
    const NONE = "(none)";
    // What a page of files says of the projects that do not stand apart in it.
    const OTHERS = "(other projects)";
    fl.apart = new Set();

    // An address within the page: #/NAME?filters; what is unknown in it is left out.
    fl.parseHash = (hash) => {
        const [path, query = ""] = String(hash).replace(/^#\/?/, "").split("?");
        const [page, key] = path.split("/");
        const params = {};
        for (const [name, value] of new URLSearchParams(query)) if (KNOWN.has(name) && value && value.length <= 400) params[name] = value;
        if (params.period && !(params.period in fl.PERIODS)) delete params.period;
        for (const name of ["since", "until"]) if (params[name] && !fl.isDay(params[name])) delete params[name];
        return { page: page || "overview", key: key || null, params };
    };
    fl.toHash = (page, params, key = null) => {
        const query = new URLSearchParams();
        for (const [name, value] of Object.entries(params)) if (value) query.set(name, value);
        const text = query.toString();
        return "#/" + page + (key ? "/" + key : "") + (text ? "?" + text : "");
    };

    const DAY = 86400000;
    fl.isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && fl.dayName(fl.dayNumber(text)) === text;
    fl.dayNumber = (text) => Math.round(Date.parse(text + "T00:00:00Z") / DAY);
    fl.dayName = (number) => {
        const date = new Date(number * DAY);
        return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, 10);
    };

    // The days that are shown, both included; `today` is the day of the newest line.
    fl.period = (params, today) => {
        if (params.since || params.until) return { since: params.since ?? null, until: params.until ?? null };
        const days = fl.PERIODS[params.period ?? "30d"];
        return days === null || !today ? { since: null, until: null } : { since: fl.dayName(fl.dayNumber(today) - days + 1), until: today };
    };
    // Days before `first`, a first of a month, stand by month in files: a period there is of whole months.
    fl.wholeMonths = (period, first) => {
        const end = (day) => fl.dayName(Math.round(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 1) / DAY) - 1);
        return {
            since: period.since && first && period.since < first ? period.since.slice(0, 8) + "01" : period.since,
            until: period.until && first && period.until < first ? end(period.until) : period.until,
        };
    };
    // As many days just before; null where the period has no beginning.
    fl.before = (period, today) => {
        if (!period.since) return null;
        const first = fl.dayNumber(period.since), last = fl.dayNumber(period.until ?? today ?? period.since);
        return { since: fl.dayName(first - (last - first) - 1), until: fl.dayName(first - 1) };
    };

    // The rows that pass; `day` is the column of days, null where a table has none.
    fl.pass = (table, params, period, day, more = null) => {
        const tests = [];
        for (const name of fl.FILTERS) {
            if (!params[name] || !table.has(name)) continue;
            const column = table.column(name), wanted = params[name] === NONE ? null : params[name];
            if (name === "project" && wanted === OTHERS) tests.push((i) => column[i] !== null && !fl.apart.has(column[i]));
            else tests.push((i) => column[i] === wanted);
        }
        if (day && (period?.since || period?.until)) {
            const column = table.column(day), since = period.since ?? "", until = period.until ?? "9999-12-31";
            tests.push((i) => column[i] !== null && column[i] >= since && column[i] <= until);
        }
        if (table.has("cost_kind") && !params.free) {
            const kinds = table.column("cost_kind");
            tests.push((i) => kinds[i] !== "free");
        }
        if (more) tests.push(more);
        const rows = [];
        for (let i = 0; i < table.count; i++) if (tests.every((test) => test(i))) rows.push(i);
        return rows;
    };
    // Which of the filters a table cannot apply, for the page to say so.
    fl.ignored = (table, params, day) => [
        ...fl.FILTERS.filter((name) => params[name] && !table.has(name)),
        ...(day ? [] : ["since", "until"].filter((name) => params[name])),
    ];

    // A sum; null where no row has the number: unobserved, not zero.
    fl.sum = (table, rows, name) => {
        const column = table.column(name);
        let sum = null;
        for (const i of rows) if (column[i] !== null && column[i] !== undefined) sum = (sum ?? 0) + column[i];
        return sum;
    };
    fl.add = (...parts) => parts.reduce((sum, part) => (part === null || part === undefined ? sum : (sum ?? 0) + part), null);

    // Groups by some columns, in the order in which they are met; each with the rows that it is of.
    fl.groups = (table, rows, names) => {
        const columns = names.map((name) => table.column(name));
        const found = new Map();
        for (const i of rows) {
            const values = columns.map((column) => column[i]);
            const key = JSON.stringify(values);
            if (!found.has(key)) found.set(key, { values, rows: [] });
            found.get(key).rows.push(i);
        }
        return [...found.values()];
    };
    // Rows by kind of money; kinds are never added.
    fl.ofKind = (table, rows, kind) => {
        const kinds = table.column("cost_kind");
        return rows.filter((i) => kinds[i] === kind);
    };
    fl.values = (table, name) => {
        const counts = new Map();
        for (const value of table.column(name)) counts.set(value, (counts.get(value) ?? 0) + 1);
        return [...counts.keys()].sort((a, b) => (a === null) - (b === null) || fl.order(String(a), String(b)));
    };
    fl.NONE = NONE;
    fl.OTHERS = OTHERS;

    // Texts in order, whatever their case.
    fl.order = (a, b) => {
        const [one, other] = [a.toLowerCase(), b.toLowerCase()];
        return one < other ? -1 : one > other ? 1 : a < b ? -1 : a > b ? 1 : 0;
    };

    // Sorted by a column, what is unknown last either way.
    fl.sorted = (rows, value, descending) => {
        const order = descending ? -1 : 1;
        return rows
            .map((row, place) => [value(row), place, row])
            .sort(([a, i], [b, j]) => {
                const empty = (a === null || a === undefined) - (b === null || b === undefined);
                if (empty) return empty;
                const less = typeof a === "string" && typeof b === "string" ? fl.order(a, b) : a < b ? -1 : a > b ? 1 : 0;
                return less * order || i - j;
            })
            .map(([, , row]) => row);
    };

    // What is chosen, as the variables that a query takes: lines of SQL to stand before it. Filters that the query does not
    // know are the page's own, and so are those without a value, which no query can be asked for.
    fl.variables = (sql, params, period, sessionId = null) => {
        const quoted = (text) => "'" + text.replaceAll("'", "''") + "'";
        const given = {
            ...Object.fromEntries(["since", "until"].filter((name) => period[name]).map((name) => [name, "date " + quoted(period[name])])),
            ...Object.fromEntries(fl.FILTERS.filter((name) => params[name] && ![NONE, OTHERS].includes(params[name])).map((name) => [name, quoted(params[name])])),
            ...(sessionId ? { session_ids: "[" + quoted(sessionId) + "]" } : {}),
        };
        return Object.entries(given).filter(([name]) => sql.includes("getvariable('" + name + "')")).map(([name, value]) => "set variable " + name + " = " + value + ";\n").join("");
    };

    // A word as a shell takes it.
    fl.shellWord = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\"'\"'") + "'");

    // The end of each path that no other of them ends with: the last part, where that is enough.
    fl.shortest = (paths) => {
        const parts = new Map(paths.map((path) => [path, path.split(/[/\\]/).filter(Boolean)]));
        const ends = (path, length) => parts.get(path).slice(-length).join("/") || path;
        const names = new Map();
        let open = [...paths];
        for (let length = 1; open.length; length++) {
            const met = new Map();
            for (const path of open) met.set(ends(path, length), [...(met.get(ends(path, length)) ?? []), path]);
            open = [];
            for (const [name, same] of met) {
                if (same.length === 1 || same.every((path) => parts.get(path).length <= length)) for (const path of same) names.set(path, same.length === 1 ? name : path);
                else open.push(...same);
            }
        }
        return names;
    };

    // A step for an axis, so that at most `most` of them reach the largest value.
    fl.ticks = (largest, most = 4) => {
        if (!(largest > 0) || !Number.isFinite(largest)) return [0];
        const power = 10 ** Math.floor(Math.log10(largest / most));
        const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => largest / n <= most);
        const ticks = [];
        for (let i = 0; i === 0 || ticks.at(-1) < largest * (1 - 1e-9); i++) ticks.push(Number((i * step).toPrecision(12)));
        return ticks;
    };

    // The Monday of a day's week.
    fl.weekOf = (day) => fl.dayName(fl.dayNumber(day) - ((new Date(day + "T00:00:00Z").getUTCDay() + 6) % 7));
    // Days joined to weeks, months or quarters where there is no room for a bar each, or days before `byDay` stand by month.
    fl.bins = (first, last, room, byDay = null) => {
        const from = fl.dayNumber(first), to = fl.dayNumber(last), days = to - from + 1;
        const months = byDay && first < byDay;
        if (days <= room && !months) return Array.from({ length: days }, (_, i) => ({ since: fl.dayName(from + i), until: fl.dayName(from + i) }));
        const bins = [];
        const unit = days / 7 <= room && !months ? "week" : days / 30 <= room ? "month" : "quarter";
        for (let day = from; day <= to; ) {
            const date = new Date(day * DAY);
            let next;
            if (unit === "week") next = day + 7 - ((date.getUTCDay() + 6) % 7);
            else {
                const months = unit === "month" ? 1 : 3;
                const month = date.getUTCMonth() - (date.getUTCMonth() % months) + months;
                next = Math.round(Date.UTC(date.getUTCFullYear(), month, 1) / DAY);
            }
            bins.push({ since: fl.dayName(day), until: fl.dayName(Math.min(next - 1, to)) });
            day = next;
        }
        return bins;
    };

    // Loading: what stands in the page wins; then what a script has told; then the file or the route. Null where there is none.
    fl.answers = answers;
    const coming = new Map();
    fl.load = (name) => {
        if (answers.has(name)) return Promise.resolve(answers.get(name));
        if (!coming.has(name)) {
            const answer = fetched(name).finally(() => coming.delete(name));
            coming.set(name, answer);
        }
        return coming.get(name);
    };
    async function fetched(name) {
        const block = document.getElementById("answer-" + name);
        if (block) {
            answers.set(name, JSON.parse(block.textContent));
            return answers.get(name);
        }
        const kind = document.documentElement.dataset.kind;
        if (kind === "single") return null;
        if (location.protocol === "file:") return fromScript(name);
        const response = await fetch("api/" + name + ".json", { credentials: "same-origin" });
        if (response.status === 404) return null;
        if (!response.ok) throw new Error("The answer " + name + " did not come: " + response.status);
        const answer = await response.json();
        answers.set(name, answer);
        return answer;
    }
    function fromScript(name) {
        return new Promise((resolve) => {
            waiting.set(name, resolve);
            const script = document.createElement("script");
            script.src = "api/" + name + ".js";
            script.onerror = () => resolve(null);
            document.head.append(script);
        });
    }
    // What is no longer so after a refresh.
    fl.forget = () => {
        for (const block of document.querySelectorAll('script[id^="answer-"]')) block.remove();
        answers.clear();
    };
})((globalThis.fleetledger ??= {}));
