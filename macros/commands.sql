{# What shell commands say, and the texts that come back from them. #}

{#
    The first address of a pull or merge request in a text; null where there is none. Those of GitHub's API (api.…) are none that a person
    would open.
#}
{% macro first_pull_request_url(text) -%}
    nullif(regexp_extract(
        {{ text }},
        'https?://(?:[^a\s/"]|a[^p\s/"]|ap[^i\s/"]|api[^.\s/"])[^\s/"]*(?:/[^\s/"]+){2,8}?/(?:pull|pulls|merge_requests|pull-requests|pullrequest)/[0-9]+',
        0
    ), '')
{%- endmacro %}

{# A word of a message without the punctuation that ends a sentence or closes a bracket (mu-041). #}
{% macro claimed_token(word) -%}
    {{ replace_regex(word, "'[.,;:)\\]}!?]+$'", "''") }}
{%- endmacro %}

{# The words that mu-041 takes for a claim of a file: its own repository's layout. #}
{% macro claimed_by_mu() -%}
    {{ return("'^(?:justfile|README\\.md|Cargo\\.toml|crates/[^/]+/(?:src|tests)/.+\\.rs|specs/.+\\.md|scripts/.+\\.sh)$'") }}
{%- endmacro %}

{# The endings of files that people and agents write, as alternatives of a regular expression. #}
{% macro source_extensions() -%}
    {{ return("astro|bash|c|cc|cjs|clj|cpp|cs|css|dart|ex|exs|go|h|hpp|html|java|js|json|jsx|kt|lua|md|mdx|mjs|php|ps1|py|pyi|rb|rs|scala|scss|sh|sql|svelte|swift|tf|toml|ts|tsx|vue|yaml|yml|zig") }}
{%- endmacro %}

{#
    What a file is about, by its name: in lower case without directory and ending, and without what marks a test (`test_`, `.spec`), so
    that a file and the file of its tests are of one subject. Null for a directory.
#}
{% macro subject_of_file(path) -%}
    nullif({{ replace_regex(
        "regexp_extract(lower(" ~ path ~ "), '([^/\\\\]+)\.[a-z0-9]+$', 1)",
        "'^(?:test|spec)[_-]|(?:[._-](?:tests?|spec|e2e|integration))+$'",
        "''"
    ) }}, '')
{%- endmacro %}

{# The last directory of a path, in lower case; null where there is none. #}
{% macro directory_of_file(path) -%}
    nullif(regexp_extract(lower({{ path }}), '([^/\\]+)[/\\][^/\\]*$', 1), '')
{%- endmacro %}

{# Whether a file holds tests, by where it stands and what it is called. #}
{% macro is_test_file(path) -%}
    {{ matches_regex(
        path,
        "'(?i)(?:^|[/\\\\])(?:tests?|specs?|__tests__|e2e|testdata|fixtures)[/\\\\]|[._-](?:tests?|spec)\\.\\w+$|(?:^|[/\\\\])(?:test_[^/\\\\]*|conftest)\\.py$'"
    ) }}
{%- endmacro %}

{# Whether a branch is called what default branches are called. #}
{% macro is_default_branch_name(branch) -%}
    {{ branch }} in ('main', 'master', 'trunk')
{%- endmacro %}

{#
    What git push says of what it has pushed, as a regular expression that captures the newest commit; of a branch that is new it names none.
    What git pull says looks alike, but for the address before it.
#}
{% macro pushed_commit() -%}
    {{ return("(?ms)^To \\S+$.*?(?:[0-9a-f]{7,40}\\.{2,3}([0-9a-f]{7,40})|\\[new branch\\]) +\\S+ +-> ") }}
{%- endmacro %}

{# A path in a directory that is emptied, as a part of a regular expression. #}
{% macro scratch_path() -%}
    {{ return("(?:(?:/private)?/tmp/|/var/folders/|\\$\\{?TMPDIR)[^ ]*") }}
{%- endmacro %}

{# A file's name without its directory. #}
{% macro name_of_file(path) -%}
    regexp_extract({{ path }}, '([^/\\]+)$', 1)
{%- endmacro %}
