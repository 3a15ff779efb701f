{# Staging only: what content blocks and tool results hold, in the shapes that from_json gives. #}

{# How many lines of a diff's hunks (array of struct(lines array of text)) begin with the given sign; null where there are no hunks. #}
{% macro hunk_lines(hunks, sign) %}{{ return(adapter.dispatch('hunk_lines')(hunks, sign)) }}{% endmacro %}
{% macro duckdb__hunk_lines(hunks, sign) -%}
    len(list_filter(flatten(list_transform({{ hunks }}, hunk -> hunk.lines)), line -> starts_with(line, '{{ sign }}')))
{%- endmacro %}
{% macro spark__hunk_lines(hunks, sign) -%}
    size(filter(flatten(transform({{ hunks }}, hunk -> hunk.lines)), line -> startswith(line, '{{ sign }}')))
{%- endmacro %}

{# How many lines a text has; a last line without its newline counts. #}
{% macro text_lines(text) -%}
    case
        when {{ text }} = '' then 0
        else length({{ text }}) - length(replace({{ text }}, chr(10), '')) + case when {{ text }} like '%' || chr(10) then 0 else 1 end
    end
{%- endmacro %}

{# The sum of the counts in [[name, count], …] (array of arrays of text), without those that are none; null where the array is. #}
{% macro sum_of_pairs(pairs) %}{{ return(adapter.dispatch('sum_of_pairs')(pairs)) }}{% endmacro %}
{% macro duckdb__sum_of_pairs(pairs) -%}
    case when {{ pairs }} is not null
        then coalesce(cast(list_sum(list_transform({{ pairs }}, pair -> try_cast(pair[2] as integer))) as bigint), 0)
    end
{%- endmacro %}
{% macro spark__sum_of_pairs(pairs) -%}
    aggregate(transform({{ pairs }}, pair -> try_cast(pair[1] as int)), 0L, (total, n) -> total + coalesce(n, 0L))
{%- endmacro %}

{# The key of a landed line, from where it stands: host, account, source path, generation and byte offset. #}
{% macro line_id(landed='') -%}
    {%- set prefix = landed ~ '.' if landed else '' -%}
    md5(concat_ws('|', {{ prefix }}host, {{ prefix }}account, {{ prefix }}source_path, {{ prefix }}generation, {{ prefix }}byte_offset))
{%- endmacro %}

{#
    The JSON of a landed line, null where it does not parse. A filter on line_status does not do: an engine may parse before it filters,
    and one malformed line would fail the build.
#}
{% macro line_json() -%}
    case when line_status <> 'rejected' then coalesce(repaired, raw) end
{%- endmacro %}

{# An id as it was logged; null where it is blank, and so names nothing. #}
{% macro logged_id(id) -%}
    case when trim({{ id }}) <> '' then {{ id }} end
{%- endmacro %}

{# Whether a landed line reports a message of a sub-agent (record type `progress`). #}
{% macro reports_agent_message() -%}
    record_type = 'progress' and {{ line_json() }} like '%"agent_progress"%'
{%- endmacro %}

{# The JSON of what such a line reports: the sub-agent's id, and its message in the form of a line of its own. #}
{% macro agent_message_json() -%}
    {{ json_object_at("case when " ~ reports_agent_message() ~ " then " ~ line_json() ~ " end", '$.data') }}
{%- endmacro %}

{# A message's content that is one plain text, in the shape of its blocks. #}
{% macro text_block(text) %}{{ return(adapter.dispatch('text_block')(text)) }}{% endmacro %}
{% macro duckdb__text_block(text) -%}
    [{'type': 'text', 'text': {{ text }}, 'id': null, 'name': null, 'tool_use_id': null, 'is_error': null, 'input': null, 'content': null, 'to': null}]
{%- endmacro %}

{#
    The text of a tool result's content (JSON: one text, or an array of blocks, whose texts are joined by newlines); null where it has none.
#}
{% macro result_text(content) -%}
    case
        when starts_with({{ content }}, '"') then {{ parse_json(content, '"VARCHAR"') }}
        when starts_with({{ content }}, '[')
            then {{ joined_texts(parse_json(content, '[{"type": "VARCHAR", "text": "VARCHAR"}]')) }}
    end
{%- endmacro %}

{# The texts of an array of struct(type, text) joined by newlines, images and the like left out; null where there are none. #}
{% macro joined_texts(blocks) %}{{ return(adapter.dispatch('joined_texts')(blocks)) }}{% endmacro %}
{% macro duckdb__joined_texts(blocks) -%}
    nullif(
        array_to_string(list_transform(list_filter({{ blocks }}, part -> part.type = 'text'), part -> part.text), chr(10)), ''
    )
{%- endmacro %}
{% macro spark__joined_texts(blocks) -%}
    nullif(array_join(transform(filter({{ blocks }}, part -> part.type = 'text'), part -> part.text), '\n'), '')
{%- endmacro %}

{# The values in a JSON text, those of nested objects and arrays too, without keys, one to a line; null where there are none. #}
{% macro value_texts(json) %}{{ return(adapter.dispatch('value_texts')(json)) }}{% endmacro %}
{% macro duckdb__value_texts(json) -%}
    nullif(
        array_to_string(
            list_transform(
                list_filter(json_extract({{ json }}, '$..*'), part -> json_type(part) not in ('OBJECT', 'ARRAY')),
                part -> json_extract_string(part, '$')
            ),
            chr(10)
        ),
        ''
    )
{%- endmacro %}
{% macro spark__value_texts(json) -%}
    nullif(regexp_replace({{ json }}, '"(?:[^"\\\\]|\\\\.)*"\\s*:', '\n'), '')
{%- endmacro %}

{# The new texts of an array of struct(new_string) joined by newlines; null where there are none. #}
{% macro joined_edits(edits) %}{{ return(adapter.dispatch('joined_edits')(edits)) }}{% endmacro %}
{% macro duckdb__joined_edits(edits) -%}
    nullif(array_to_string(list_transform({{ edits }}, edit -> edit.new_string), chr(10)), '')
{%- endmacro %}
{% macro spark__joined_edits(edits) -%}
    nullif(array_join(transform({{ edits }}, edit -> edit.new_string), '\n'), '')
{%- endmacro %}

{#
    The numbers that stand for the lines of a text, each once, as `collect git` has them of the lines that commits add (line_hash of
    module git_commands): white space is left out, and so are lines of fewer than 12 characters, which many write.
#}
{% macro line_hashes(text) %}{{ return(adapter.dispatch('line_hashes')(text)) }}{% endmacro %}
{% macro duckdb__line_hashes(text) -%}
    list_distinct(list_transform(
        list_filter(
            string_split(regexp_replace({{ text }}, '[ \t\r\f]+', '', 'g'), chr(10)), line -> length(line) >= 12
        ),
        line -> md5_number_lower(line)
    ))
{%- endmacro %}
{% macro spark__line_hashes(text) -%}
    array_distinct(transform(
        filter(split(regexp_replace({{ text }}, '[ \\t\\r\\f]+', ''), '\n'), line -> length(line) >= 12),
        line -> cast(conv(concat(
            {%- for byte in [31, 29, 27, 25, 23, 21, 19, 17] %}substring(md5(line), {{ byte }}, 2){{ ', ' if not loop.last }}{% endfor -%}
        ), 16, 10) as decimal(20, 0))
    ))
{%- endmacro %}
