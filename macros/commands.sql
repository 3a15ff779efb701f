{# What shell commands say, and the texts that come back from them. #}

{# The first address of a pull request in a text; null where there is none. #}
{% macro first_pull_request_url(text) -%}
    nullif(regexp_extract({{ text }}, 'https?://[^\s/"]+/[^\s/"]+/[^\s/"]+/pull/[0-9]+', 0), '')
{%- endmacro %}

{# A word of a message without the punctuation that ends a sentence or closes a bracket (mu-041). #}
{% macro claimed_token(word) -%}
    {{ replace_regex(word, "'[.,;:)\\]}!?]+$'", "''") }}
{%- endmacro %}

{# The words that mu-041 takes for a claim of a file: its own repository's layout. #}
{% macro claimed_by_mu() -%}
    {{ return("'^(?:justfile|README\\.md|Cargo\\.toml|crates/[^/]+/(?:src|tests)/.+\\.rs|specs/.+\\.md|scripts/.+\\.sh)$'") }}
{%- endmacro %}
