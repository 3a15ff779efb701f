// Numbers and times as text: one way for each kind, everywhere.
"use strict";

(function (fl) {
    // Thousands apart, by hand: the browser's own formats and collations take longer to load than the overview to draw.
    const grouped = (value, digits) => {
        const [whole, part] = Math.abs(value).toFixed(digits).split(".");
        return (value < 0 && Number(whole + "." + (part ?? 0)) ? "-" : "") + whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? "." + part : "");
    };
    const whole = (value) => grouped(value, 0);
    fl.UNKNOWN = "–";
    const known = (value) => value !== null && value !== undefined && !Number.isNaN(value);

    fl.count = (value) => (known(value) ? whole(value) : fl.UNKNOWN);

    // Money with its kind: what a flat rate covers is notional, and says so with ≈.
    fl.usd = (value, kind = "billed") => {
        if (!known(value)) return fl.UNKNOWN;
        const sign = value < 0 ? "−" : "", size = Math.abs(value);
        const text = size !== 0 && size < 0.005 ? "<$0.01" : "$" + (size >= 100000 ? whole(size) : grouped(size, 2));
        return (kind === "subscription" ? "≈" : "") + sign + text;
    };
    // Money on an axis.
    fl.usdShort = (value) => (value >= 1000 ? "$" + fl.axis(value) : value >= 1 || value === 0 ? "$" + Number(value.toPrecision(3)) : "$" + value.toFixed(value < 0.01 ? 3 : 2));
    // A count on an axis.
    fl.axis = (value) => fl.short(value).replace(/\.0+(?=\D|$)/, "").replace(/(\.\d*[1-9])0+(?=\D|$)/, "$1");

    fl.short = (value) => {
        if (!known(value)) return fl.UNKNOWN;
        const size = Math.abs(value);
        for (const [limit, unit] of [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "K"]]) {
            if (size >= limit * 0.99995) {
                const number = value / limit;
                return (Math.abs(number) >= 99.95 ? number.toFixed(0) : Math.abs(number) >= 9.995 ? number.toFixed(1) : number.toFixed(2)) + unit;
            }
        }
        return whole(value);
    };
    fl.share = (part, all, digits = 0) => (known(part) && all ? percent(part / all, digits) : fl.UNKNOWN);
    // Never 100 % or 0 % of what is not all or nothing.
    function percent(share, digits) {
        const text = (100 * share).toFixed(digits);
        if (share < 1 && Number(text) >= 100) return (100 - 10 ** -Math.max(digits, 1)).toFixed(Math.max(digits, 1)) + " %";
        if (share > 0 && Number(text) === 0) return "<" + (10 ** -digits).toFixed(digits) + " %";
        return text + " %";
    }
    fl.change = (now, before) => {
        if (!known(now) || !known(before) || before === 0) return null;
        const change = (now - before) / before;
        if (Math.abs(change) >= 9.995) return (change > 0 ? "×" + (now / before).toFixed(0) : "−99 %");
        return (change >= 0 ? "+" : "−") + Math.abs(100 * change).toFixed(0) + " %";
    };
    fl.duration = (ms) => {
        if (!known(ms)) return fl.UNKNOWN;
        if (ms < 1000) return Math.round(ms) + " ms";
        if (ms < 60000) return (ms / 1000).toFixed(ms < 9950 ? 1 : 0) + " s";
        if (ms < 3600000) return Math.round(ms / 60000) + " min";
        const hours = ms / 3600000;
        return hours < 100 ? hours.toFixed(1) + " h" : whole(hours) + " h";
    };
    const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    fl.day = (text, year = false) => (text ? Number(text.slice(8, 10)) + " " + MONTHS[Number(text.slice(5, 7)) - 1] + (year ? " " + text.slice(0, 4) : "") : fl.UNKNOWN);
    fl.time = (text) => (text ? text.slice(0, 10) + " " + text.slice(11, 16) : fl.UNKNOWN);
    // A day with its time, where there is one, as short as the year of `today` lets it be.
    fl.moment = (text, today) => (!text ? fl.UNKNOWN : text.slice(0, 4) === (today ?? "").slice(0, 4) ? fl.day(text) + (text.length > 10 ? " " + text.slice(11, 16) : "") : text.slice(0, 10));
    fl.clock = (text) => (text ? text.slice(11, 19) : fl.UNKNOWN);
    fl.span = (period) => {
        if (!period.since && !period.until) return "all time";
        if (period.since && period.since === period.until) return fl.day(period.since, true);
        return (period.since ? fl.day(period.since, period.since.slice(0, 4) !== (period.until ?? "").slice(0, 4)) : "the beginning") + " – " + (period.until ? fl.day(period.until, true) : "now");
    };
    fl.words = (name) => String(name ?? "").replaceAll("_", " ");
    fl.plural = (count, one, many = one + "s") => fl.count(count) + " " + (count === 1 ? one : many);
    // The last part of a path, and the whole where there is none.
    fl.base = (path) => (path ? String(path).replace(/[/\\]+$/, "").split(/[/\\]/).pop() || path : "(no project)");
    fl.name = (column, value) => (value === null || value === undefined ? (column === "project" ? "(no project)" : "(none)") : column === "project" ? fl.projectNames?.get(value) ?? fl.base(value) : value);
    fl.KINDS = { billed: "billed per token", subscription: "covered by a flat rate", unknown: "of no known kind", free: "free" };
})((globalThis.fleetledger ??= {}));
