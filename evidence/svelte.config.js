// What the built pages may do: their own scripts and files, and the database that runs in them. No other host.
export default {
    kit: {
        csp: {
            mode: "hash",
            directives: {
                "default-src": ["self"],
                "script-src": ["self", "wasm-unsafe-eval"],
                "worker-src": ["self", "blob:"],
                "style-src": ["self", "unsafe-inline"],
                "img-src": ["self", "data:", "blob:"],
                "connect-src": ["self"],
                "object-src": ["none"],
                "base-uri": ["none"],
            },
        },
    },
};
