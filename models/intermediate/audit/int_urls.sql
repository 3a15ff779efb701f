with

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

commands as (

    select * from {{ ref('int_shell_commands') }}

),

terms as (

    select * from {{ ref('audit_terms') }}

),

logged as (

    select
        tool_call_id,
        0 as command_number,
        'tool' as access_source,
        url

    from tool_calls

    where url is not null

    union all

    select
        commands.tool_call_id,
        commands.command_number,
        'command' as access_source,
        {{ each_match('commands.checked_command', "'(?:^|\\s|=)((?:https?|ftp|wss?)://[^\\s<>]+)'") }} as url

    from commands

    inner join terms
        on commands.program = terms.term
        and terms.term_kind = 'fetching_program'

),

-- User names, passwords, ports, queries and fragments stay behind; so do parts of the path that may be tokens.
split_up as (

    select
        *,
        lower(coalesce(nullif(regexp_extract(url, '^([A-Za-z][A-Za-z0-9+.-]*):', 1), ''), 'https')) as url_scheme,
        lower(regexp_extract(
            url, '^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://)?(?:[^/@?#]*@)?(\[[^\]]*\]|[^/:?#]*)', 1
        )) as url_host,
        {{ replace_regex(
            "regexp_extract(url, '^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://)?[^/?#]*([^?#]*)', 1)",
            "'[A-Za-z0-9+=]{20,}|/bot[0-9]+:[^/]+|:[^/]*@'",
            "'…'"
        ) }} as url_path

    from logged

),

allowed_hosts as (

    select distinct split_up.url_host

    from split_up

    inner join terms
        on terms.term_kind = 'allowed_host'
        and (split_up.url_host = terms.term or split_up.url_host like '%.' || terms.term)

),

urls as (

    select
        split_up.tool_call_id
        || ':' || row_number() over (
            partition by split_up.tool_call_id
            order by split_up.command_number asc, split_up.url asc
        ) as url_id,
        split_up.tool_call_id,
        split_up.access_source,
        split_up.url_scheme,
        split_up.url_host,
        split_up.url_path,
        allowed_hosts.url_host is not null as is_allowed_host

    from split_up

    left join allowed_hosts
        on split_up.url_host = allowed_hosts.url_host

)

select * from urls
