{# Staging only: what content blocks and tool results hold, in the shapes that from_json gives. #}

{# How many lines of a diff's hunks (array of struct(lines array of text)) begin with the given sign; null where there are no hunks. #}
{% macro hunk_lines(hunks, sign) -%}
    len(list_filter(flatten(list_transform({{ hunks }}, hunk -> hunk.lines)), line -> starts_with(line, '{{ sign }}')))
{%- endmacro %}

{# How many lines a text has; a last line without its newline counts. #}
{% macro text_lines(text) -%}
    case
        when {{ text }} = '' then 0
        else length({{ text }}) - length(replace({{ text }}, chr(10), '')) + case when {{ text }} like '%' || chr(10) then 0 else 1 end
    end
{%- endmacro %}

{# The sum of the counts in [[name, count], …] (array of arrays of text), without those that are none; null where the array is. #}
{% macro sum_of_pairs(pairs) -%}
    case when {{ pairs }} is not null
        then coalesce(cast(list_sum(list_transform({{ pairs }}, pair -> try_cast(pair[2] as integer))) as bigint), 0)
    end
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

{# An id as it was logged; null where it is blank (spaces, tabs, ends of lines), and so names nothing. #}
{% macro logged_id(id) -%}
    case when {{ matches_regex(id, "'[^ \\t-\\r]'") }} then {{ id }} end
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
{% macro text_block(text) -%}
    [{'type': 'text', 'text': {{ text }}, 'id': null, 'name': null, 'tool_use_id': null, 'is_error': null, 'input': null, 'content': null, 'source': null, 'to': null}]
{%- endmacro %}

{# Whether a landed line holds a prompt that was typed while the agent worked and taken in then: it has no user line. #}
{% macro holds_queued_prompt() -%}
    (
        (record_type = 'attachment' and {{ line_json() }} like '%"queued_command"%')
        or (record_type = 'queue-operation' and {{ line_json() }} like '%"absorbed_mid_turn"%')
    )
{%- endmacro %}

{# What stands for a picture or a document (struct of type and source) in a text: what it is, and its size. #}
{% macro attached_file(block) -%}
    case when {{ block }}.type = 'image' then '[picture]' else '[document]' end
    || coalesce(' ' || {{ block }}.source.media_type, '')
    || coalesce(
        case
            when {{ block }}.source.media_type not like 'text/%'
                then ', ' || cast(ceil(length({{ block }}.source.data) * 0.00075) as bigint) || ' kB'
        end,
        ''
    )
{%- endmacro %}

{#
    The text of a tool result's content (JSON: one text, an array of blocks, or, of a tool that ran at the provider, an object), its parts
    joined by newlines, pictures and documents named; null where it has none.
#}
{% macro result_text(content) -%}
    {%- set part = '"type": "VARCHAR", "text": "VARCHAR", "title": "VARCHAR", "url": "VARCHAR", "source": {"media_type": "VARCHAR", "data": "VARCHAR"}' -%}
    case
        when starts_with({{ content }}, '"') then {{ parse_json(content, '"VARCHAR"') }}
        when starts_with({{ content }}, '[')
            then {{ joined_results(parse_json(content, '[{' ~ part ~ '}]')) }}
        when starts_with({{ content }}, '{')
            then nullif(concat_ws(
                chr(10),
                {%- for path in ['$.text', '$.title', '$.url', '$.content.title', '$.content.source.data', '$.stdout', '$.stderr', '$.error_code'] %}
                nullif({{ json_text(content, path) }}, ''){{ ',' if not loop.last }}
                {%- endfor %}
            ), '')
    end
{%- endmacro %}

{# Whether the result (JSON) of a tool that ran at the provider is an error. #}
{% macro tells_of_error(content) -%}
    coalesce(starts_with({{ content }}, '{') and {{ json_text(content, '$.type') }} like '%\_error' escape '\', false)
{%- endmacro %}

{# The parts of a tool result joined by newlines: texts, addresses of what a search found, names of pictures and documents; null where there are none. #}
{% macro joined_results(parts) -%}
    nullif(
        array_to_string(
            list_transform(
                {{ parts }},
                part -> case
                    when part.type = 'text' then part.text
                    when part.type in ('image', 'document') then {{ attached_file('part') }}
                    when part.url is not null then concat_ws(' ', part.title, part.url)
                end
            ),
            chr(10)
        ),
        ''
    )
{%- endmacro %}

{# The texts of an array of struct(type, text) joined by newlines, images and the like left out; null where there are none. #}
{% macro joined_texts(blocks) -%}
    nullif(
        array_to_string(list_transform(list_filter({{ blocks }}, part -> part.type = 'text'), part -> part.text), chr(10)), ''
    )
{%- endmacro %}

{# The values in a JSON text, those of nested objects and arrays too, without keys, one to a line; null where there are none. #}
{% macro value_texts(json) -%}
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

{# The new texts of an array of struct(new_string) joined by newlines; null where there are none. #}
{% macro joined_edits(edits) -%}
    nullif(array_to_string(list_transform({{ edits }}, edit -> edit.new_string), chr(10)), '')
{%- endmacro %}

{#
    The numbers that stand for the lines of a text, each once, as `collect git` has them of the lines that commits add (line_hash of
    module git_commands): white space is left out, and so are lines of fewer than 12 characters, which many write.
#}
{% macro line_hashes(text) -%}
    list_distinct(list_transform(
        list_filter(
            string_split(regexp_replace({{ text }}, '[ \t\r\f]+', '', 'g'), chr(10)), line -> length(line) >= 12
        ),
        line -> md5_number_lower(line)
    ))
{%- endmacro %}

{# What a tool's input (JSON) may say that it writes: an edit, a file that is written whole, a notebook's cell, a command. #}
{% macro parsed_writing(input) -%}
    {{ parse_json(
        input,
        '{"new_string": "VARCHAR", "new_str": "VARCHAR", "new_source": "VARCHAR", "content": "VARCHAR", "file_text": "VARCHAR", "command": "VARCHAR", "edits": [{"new_string": "VARCHAR"}]}'
    ) }}
{%- endmacro %}

{# The text that such an input writes; of a command what is a here-document, with the command around it. #}
{% macro written_text(tool_input) -%}
    concat_ws(
        chr(10),
        {{ tool_input }}.new_string,
        {{ tool_input }}.new_str,
        {{ tool_input }}.new_source,
        {{ tool_input }}.content,
        {{ tool_input }}.file_text,
        case when {{ tool_input }}.command like '%<<%' then {{ tool_input }}.command end,
        {{ joined_edits(tool_input ~ '.edits') }}
    )
{%- endmacro %}

{# Whether a block asks for a tool, be it that it runs at the provider. #}
{% macro is_tool_use(block_type) -%}
    {{ block_type }} in ('tool_use', 'server_tool_use', 'mcp_tool_use')
{%- endmacro %}

{# Whether a block is a tool's result, be it that it ran at the provider (web_search_tool_result, advisor_tool_result, …). #}
{% macro is_tool_result(block_type) -%}
    ({{ block_type }} in ('tool_result', 'mcp_tool_result') or {{ block_type }} like '%\_tool\_result' escape '\')
{%- endmacro %}

{# Whether a row of content blocks is a tool's result that says that a person turned the tool down. #}
{% macro is_denial(blocks) -%}
    (
        {{ blocks }}.result_denial_kind = 'user-rejected'
        or (
            {{ blocks }}.result_denial_kind is null
            and {{ matches_regex(blocks ~ ".result_text", "'^The user (?:doesn''t|does not) want to (?:proceed with this tool use|take this action)'") }}
        )
    )
{%- endmacro %}

{#
    What the client says in a tool's result (a row of content blocks) where it has not run it, as a disruption (seed denial_kinds), in versions
    before 2.1.205, which say it in words alone; null where it says nothing of the kind.
#}
{% macro told_disruption(blocks) -%}
    case
        when {{ blocks }}.result_denial_kind is not null then cast(null as string)
        when starts_with({{ blocks }}.result_text, '<tool_use_error>Sibling tool call errored') then 'cancelled'
        when
            {{ blocks }}.result_text = 'No tools needed for suggestion'
            or {{ matches_regex(blocks ~ ".result_text", "'^(?:Permission to use \\S+ .*has been denied|Claude requested permissions? to )'") }}
            then 'blocked'
    end
{%- endmacro %}

{# The paths that the input of an MCP server's tool names (struct), chr(31) between them; null where it names none. Lists and texts alike. #}
{% macro named_paths(tool_input) -%}
    nullif(concat_ws(
        chr(31),
        {%- for field in ['file_path', 'path', 'file', 'filename', 'filepath', 'relative_path', 'absolute_path', 'source', 'destination'] %}
        nullif({{ tool_input }}.{{ field }}, ''),
        {%- endfor %}
        nullif(array_to_string({{ tool_input }}.paths, chr(31)), ''),
        nullif(array_to_string({{ tool_input }}.files, chr(31)), ''),
        nullif(regexp_extract({{ tool_input }}.uri, '^file://(?:localhost)?/?(/.*|[A-Za-z]:.*)$', 1), '')
    ), '')
{%- endmacro %}

{#
    The text of a field of a small JSON file, null where a line does not have it. Such files are landed line by line, and may be written on one
    line or on several.
#}
{% macro json_value_in_line(line, field) -%}
    {%- set quoted = "regexp_extract(" ~ line ~ ", '\"" ~ field ~ "\"\\s*:\\s*(\"(?:[^\"\\\\]|\\\\[\"\\\\/bfnrt]|\\\\u[0-9a-fA-F]{4})*\")', 1)" -%}
    case
        when source_path like '%.json' and {{ quoted }} <> '' and json_valid({{ quoted }})
            then {{ parse_json(quoted, '"VARCHAR"') }}
    end
{%- endmacro %}

{# How many decisions (array of struct of action) took the given action; null where no list of them is logged. #}
{% macro actions_of(decisions, action) -%}
    cast(len(list_filter({{ decisions }}, decision -> decision.action = '{{ action }}')) as bigint)
{%- endmacro %}

{# The texts of a list as one, with a separator between them. Arguments: two SQL expressions. #}
{% macro joined(texts, separator) -%}
    array_to_string({{ texts }}, {{ separator }})
{%- endmacro %}
