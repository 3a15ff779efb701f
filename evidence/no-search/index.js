// Evidence's layout starts a hosted search where a project names one. This one names none.
export default function docsearch() {}
