// Elements. Text becomes text nodes and nothing else, so that no text of a log is ever read as HTML.
"use strict";

(function (fl) {
    const SVG = "http://www.w3.org/2000/svg";
    const add = (element, children) => {
        for (const child of children.flat(Infinity)) if (child !== null && child !== undefined && child !== false) element.append(child);
        return element;
    };
    const set = (element, attributes) => {
        for (const [name, value] of Object.entries(attributes ?? {})) {
            if (value === null || value === undefined || value === false) continue;
            if (name === "on") for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
            else if (name === "css") for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text);
            else element.setAttribute(name, value === true ? "" : value);
        }
        return element;
    };
    fl.h = (tag, attributes, ...children) => add(set(document.createElement(tag), attributes), children);
    fl.svg = (tag, attributes, ...children) => add(set(document.createElementNS(SVG, tag), attributes), children);
    // An element that is drawn anew whenever its width changes; its height is the style's, so that nothing jumps.
    fl.sized = (element, draw) => {
        let width = 0;
        const look = () => {
            const now = Math.floor(element.clientWidth);
            if (now && now !== width) {
                width = now;
                draw(now);
            }
        };
        new ResizeObserver(look).observe(element);
        return element;
    };
    fl.say = (text) => {
        document.getElementById("said").textContent = text;
    };
    const tip = () => document.getElementById("tip");
    fl.tip = (event, ...lines) => {
        const box = tip();
        box.replaceChildren();
        add(box, lines);
        box.hidden = false;
        const room = document.documentElement.clientWidth, width = box.offsetWidth;
        box.style.setProperty("left", Math.max(8, Math.min(event.clientX + 14, room - width - 8)) + "px");
        box.style.setProperty("top", Math.max(8, event.clientY - box.offsetHeight - 12) + "px");
    };
    fl.untip = () => {
        tip().hidden = true;
    };
    // A sentence in which what stands between backticks is code.
    fl.sentence = (text) => String(text).split("`").map((part, i) => (i % 2 ? fl.h("code", {}, part) : part));
    // The button that copies a text. Where the browser gives no clipboard, what stands before the button is marked to be copied.
    fl.copyButton = (text, label, name = "Copy", kind = "quiet") => {
        const button = fl.h("button", { class: kind, type: "button", "aria-label": "Copy " + label }, name);
        button.addEventListener("click", async () => {
            try {
                await navigator.clipboard.writeText(text);
                button.textContent = "Copied";
            } catch {
                getSelection().selectAllChildren(button.previousSibling);
                button.textContent = "Marked";
            }
            setTimeout(() => (button.textContent = name), 1500);
        });
        return button;
    };
    // A text to copy, with the button that does it.
    fl.copyable = (text, label) => fl.h("span", { class: "copyable" }, fl.h("code", {}, text), fl.copyButton(text, label));
    // An icon of one path, for the eye alone.
    fl.icon = (path) => fl.svg("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" }, fl.svg("path", { d: path }));
})((globalThis.fleetledger ??= {}));
