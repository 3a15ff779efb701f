// Charts, drawn as SVG with the page's own colours. Each says in words what it shows; its panel shows the figures as a table, too.
"use strict";

(function (fl) {
    const { h, svg } = fl;
    const PAD = { left: 44, right: 4, top: 8, bottom: 20 };
    const flat = (number) => Number(number.toFixed(2));

    function axes(width, height, ticks, format, top) {
        const y = (value) => flat(height - PAD.bottom - ((height - PAD.bottom - PAD.top) * value) / (top || 1));
        const parts = ticks.map((tick) => [
            svg("line", { class: tick ? "grid" : "zero", x1: PAD.left, x2: width - PAD.right, y1: y(tick), y2: y(tick) }),
            svg("text", { class: "tick", x: PAD.left - 8, y: y(tick) + 3.5, "text-anchor": "end" }, format(tick)),
        ]);
        return [parts, y];
    }

    // Stacked bars over days. `series` is [{name, values: Map(day -> number)}], the largest first; `picked(since, until)` is told what was chosen.
    fl.dayBars = (spec) => {
        const host = h("div", { class: "chart", tabindex: "0", role: "group", "aria-label": spec.label + ". Arrow keys read the days; Enter chooses one." });
        let at = null, down = null;
        fl.sized(host, (width) => {
            const height = host.clientHeight;
            const bins = fl.bins(spec.since, spec.until, Math.floor((width - PAD.left - PAD.right) / 5), spec.byDay);
            const sums = bins.map((bin) => spec.series.map((series) => {
                let sum = null;
                for (let day = fl.dayNumber(bin.since), last = fl.dayNumber(bin.until); day <= last; day++) sum = fl.add(sum, series.values.get(fl.dayName(day)));
                return sum;
            }));
            const totals = sums.map((parts) => fl.add(...parts) ?? 0);
            const ticks = fl.ticks(Math.max(...totals), 3);
            const top = ticks.at(-1);
            const [grid, y] = axes(width, height, ticks, spec.short, top);
            const step = (width - PAD.left - PAD.right) / bins.length;
            const bar = Math.max(1, Math.min(step * 0.72, 28));
            const x = (i) => PAD.left + step * i;
            const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": spec.label });
            root.append(...grid.flat());
            const mark = svg("rect", { class: "mark", x: 0, y: PAD.top, width: 0, height: height - PAD.bottom - PAD.top });
            root.append(mark);
            spec.series.forEach((_, s) => {
                let path = "";
                sums.forEach((parts, i) => {
                    if (!parts[s]) return;
                    const base = parts.slice(0, s).reduce((sum, part) => sum + (part ?? 0), 0);
                    const left = flat(x(i) + (step - bar) / 2);
                    path += `M${left} ${y(base)}V${y(base + parts[s])}h${flat(bar)}V${y(base)}z`;
                });
                if (path) root.append(svg("path", { class: `${spec.tone} s${Math.min(s, 5)}`, d: path }));
            });
            const every = Math.max(1, Math.ceil(64 / step));
            bins.forEach((bin, i) => {
                if (i % every || x(i) + step / 2 > width - 14) return;
                root.append(svg("text", { class: "tick", x: flat(x(i) + step / 2), y: height - 5, "text-anchor": "middle" }, fl.day(bin.since)));
            });
            host.replaceChildren(root);
            const shade = (a, b) => {
                mark.setAttribute("x", flat(x(Math.min(a, b))));
                mark.setAttribute("width", flat(step * (Math.abs(b - a) + 1)));
            };
            const lines = (i) => [
                h("strong", {}, bins[i].since === bins[i].until ? fl.day(bins[i].since, true) : fl.day(bins[i].since) + " – " + fl.day(bins[i].until, true)),
                h("div", { class: "tip-total" }, spec.format(totals[i])),
                spec.series.length > 1 && spec.series.map((series, s) => (sums[i][s] ? h("div", { class: "tip-row" }, h("i", { class: `swatch ${spec.tone} s${Math.min(s, 5)}` }), h("span", {}, series.name), h("b", {}, spec.format(sums[i][s]))) : null)),
            ];
            const place = (event) => Math.max(0, Math.min(bins.length - 1, Math.floor((event.clientX - root.getBoundingClientRect().left - PAD.left) / step)));
            root.addEventListener("pointermove", (event) => {
                at = place(event);
                shade(down ?? at, at);
                fl.tip(event, ...lines(at));
            });
            root.addEventListener("pointerleave", () => {
                if (down === null) mark.setAttribute("width", 0);
                fl.untip();
            });
            if (spec.picked) {
                root.addEventListener("pointerdown", (event) => {
                    down = place(event);
                    root.setPointerCapture(event.pointerId);
                });
                root.addEventListener("pointerup", (event) => {
                    const [a, b] = [down ?? place(event), place(event)].sort((one, other) => one - other);
                    down = null;
                    fl.untip();
                    spec.picked(bins[a].since, bins[b].until);
                });
            }
            host.onkeydown = (event) => {
                const move = { ArrowLeft: -1, ArrowRight: 1, Home: -bins.length, End: bins.length }[event.key];
                if (move) {
                    at = Math.max(0, Math.min(bins.length - 1, (at ?? (move > 0 ? -1 : bins.length)) + move));
                    shade(at, at);
                    const box = root.getBoundingClientRect();
                    fl.tip({ clientX: box.left + x(at), clientY: box.top + 40 }, ...lines(at));
                    fl.say((bins[at].since === bins[at].until ? "" : "from ") + fl.day(bins[at].since, true) + ": " + spec.format(totals[at]));
                    event.preventDefault();
                } else if (event.key === "Enter" && at !== null && spec.picked) {
                    fl.untip();
                    spec.picked(bins[at].since, bins[at].until);
                } else if (event.key === "Escape") fl.untip();
            };
            host.onblur = () => {
                mark.setAttribute("width", 0);
                fl.untip();
            };
        });
        return host;
    };

    // A small line without axes, for a tile.
    fl.spark = (values, tone) => {
        const top = Math.max(...values, 0);
        if (!(top > 0) || values.length < 2) return h("span", { class: "spark" });
        const step = 100 / (values.length - 1);
        const y = (value) => flat(23 - (21 * (value ?? 0)) / top);
        const line = values.map((value, i) => (i ? "L" : "M") + flat(i * step) + " " + y(value)).join("");
        return svg("svg", { class: "spark " + tone, viewBox: "0 0 100 24", preserveAspectRatio: "none", "aria-hidden": "true" }, svg("path", { class: "area", d: line + "V24H0z" }), svg("path", { class: "line", d: line }));
    };

    // Bars or a stepped area over a sequence; `marks` are places where something happened.
    fl.sequence = (spec) => {
        const host = h("div", { class: "chart " + (spec.size ?? ""), tabindex: "0", role: "group", "aria-label": spec.label + ". Arrow keys read the values." });
        let at = null;
        fl.sized(host, (width) => {
            const height = host.clientHeight, n = spec.values.length;
            const ticks = fl.ticks(Math.max(...spec.values.map((value) => value ?? 0)), 3);
            const [grid, y] = axes(width, height, ticks, spec.short, ticks.at(-1));
            const step = (width - PAD.left - PAD.right) / n;
            const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": spec.label });
            root.append(...grid.flat());
            if (spec.form === "bars") {
                const bar = Math.max(1, Math.min(step * 0.72, 28));
                const tones = new Map();
                spec.values.forEach((value, i) => {
                    if (!value) return;
                    const tone = spec.tone(i);
                    tones.set(tone, (tones.get(tone) ?? "") + `M${flat(PAD.left + step * i + (step - bar) / 2)} ${y(0)}V${y(value)}h${flat(bar)}V${y(0)}z`);
                });
                for (const [tone, d] of tones) root.append(svg("path", { class: tone, d }));
            } else {
                let line = "";
                spec.values.forEach((value, i) => {
                    if (value === null) return;
                    line += (line ? "L" : "M") + flat(PAD.left + step * i) + " " + y(value) + "h" + flat(step);
                });
                if (line) root.append(svg("path", { class: "area " + spec.tone(0), d: line + `V${y(0)}H${PAD.left}z` }), svg("path", { class: "line " + spec.tone(0), d: line }));
            }
            for (const i of spec.marks ?? []) root.append(svg("line", { class: "event", x1: flat(PAD.left + step * i), x2: flat(PAD.left + step * i), y1: PAD.top, y2: height - PAD.bottom }));
            const every = Math.max(1, Math.ceil(56 / step));
            for (let i = 0; i < n; i += every) root.append(svg("text", { class: "tick", x: flat(PAD.left + step * (i + 0.5)), y: height - 5, "text-anchor": "middle" }, spec.name(i)));
            const mark = svg("rect", { class: "mark", y: PAD.top, height: height - PAD.bottom - PAD.top, width: 0 });
            root.append(mark);
            host.replaceChildren(root);
            const show = (event) => {
                mark.setAttribute("x", flat(PAD.left + step * at));
                mark.setAttribute("width", flat(Math.max(step, 1)));
                fl.tip(event, ...spec.lines(at).map((line, i) => h(i ? "div" : "strong", {}, line)));
            };
            root.addEventListener("pointermove", (event) => {
                at = Math.max(0, Math.min(n - 1, Math.floor((event.clientX - root.getBoundingClientRect().left - PAD.left) / step)));
                show(event);
            });
            root.addEventListener("pointerleave", fl.untip);
            host.onkeydown = (event) => {
                const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
                if (!move || !n) return;
                at = Math.max(0, Math.min(n - 1, (at ?? -1) + move));
                const box = root.getBoundingClientRect();
                show({ clientX: box.left + PAD.left + step * at, clientY: box.top + 40 });
                fl.say(spec.lines(at).join(", "));
                event.preventDefault();
            };
            host.onblur = fl.untip;
        });
        return host;
    };

    // Points on two logarithmic axes; a point leads somewhere.
    fl.scatter = (spec) => {
        const host = h("div", { class: "chart tall", role: "img", "aria-label": spec.label });
        fl.sized(host, (width) => {
            const height = host.clientHeight;
            const range = (values) => {
                const logs = values.map(Math.log10);
                return [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs) + 1e-9)];
            };
            const [left, right] = range(spec.points.map((point) => point.x)), [low, high] = range(spec.points.map((point) => point.y));
            const x = (value) => flat(PAD.left + ((Math.log10(value) - left) / (right - left || 1)) * (width - PAD.left - PAD.right - 8) + 4);
            const y = (value) => flat(height - PAD.bottom - ((Math.log10(value) - low) / (high - low || 1)) * (height - PAD.bottom - PAD.top));
            const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
            for (let power = low; power <= high; power++) root.append(svg("line", { class: "grid", x1: PAD.left, x2: width - PAD.right, y1: y(10 ** power), y2: y(10 ** power) }), svg("text", { class: "tick", x: PAD.left - 8, y: y(10 ** power) + 3.5, "text-anchor": "end" }, spec.yName(10 ** power)));
            for (let power = left; power <= right; power++) root.append(svg("text", { class: "tick", x: x(10 ** power), y: height - 5, "text-anchor": power === left ? "start" : power === right ? "end" : "middle" }, spec.xName(10 ** power)));
            for (const point of spec.points) root.append(svg("circle", { class: "dot " + point.tone, cx: x(point.x), cy: y(point.y), r: 3 }));
            host.replaceChildren(root);
            // The nearest point, not one under the pointer alone: they are small.
            const near = (event) => {
                const box = root.getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top;
                let best = null, least = 400;
                for (const point of spec.points) {
                    const distance = (x(point.x) - px) ** 2 + (y(point.y) - py) ** 2;
                    if (distance < least) [best, least] = [point, distance];
                }
                return best;
            };
            root.addEventListener("pointermove", (event) => {
                const point = near(event);
                root.classList.toggle("over", Boolean(point));
                if (point) fl.tip(event, ...point.lines.map((line, i) => h(i ? "div" : "strong", {}, line)));
                else fl.untip();
            });
            root.addEventListener("pointerleave", fl.untip);
            root.addEventListener("click", (event) => {
                const point = near(event);
                fl.untip();
                if (point) spec.picked(point);
            });
        });
        return host;
    };

    // Weekdays by hours; the darker, the more.
    fl.week = (spec) => {
        const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        const top = Math.max(1, ...spec.values.flat());
        const cells = spec.values.flatMap((row, weekday) => row.map((value, hour) => {
            const cell = h("i", { css: { "--heat": value ? (0.12 + 0.88 * (value / top)).toFixed(3) : "0" } });
            cell.addEventListener("pointermove", (event) => fl.tip(event, h("strong", {}, DAYS[weekday] + " " + String(hour).padStart(2, "0") + ":00"), h("div", {}, spec.format(value))));
            cell.addEventListener("pointerleave", fl.untip);
            return cell;
        }));
        const body = DAYS.map((day, weekday) => [h("span", { class: "heat-name" }, day), cells.slice(24 * weekday, 24 * weekday + 24)]);
        const hours = [h("span", { class: "heat-name" }), Array.from({ length: 24 }, (_, hour) => h("span", { class: "heat-hour" }, hour % 6 ? "" : String(hour).padStart(2, "0")))];
        return h("div", { class: "heat", role: "img", "aria-label": spec.label }, body, hours);
    };
})((globalThis.fleetledger ??= {}));
