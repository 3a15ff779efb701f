{{ config(materialized='ephemeral') }}

with

titles as (

    select *

    from {{ ref('stg_claude_code__titles') }}

    where trim(title) <> ''

),

files as (

    select *

    from {{ ref('int_claude_code_files') }}

    where
        file_kind = 'custom_title'
        and trim(custom_title) <> ''

),

originals as (

    select *

    from {{ ref('int_claude_code_lines') }}

    where copy_number = 1

),

lines as (

    select *

    from {{ ref('stg_claude_code__lines') }}

    where logged_at is not null

),

-- A summary names the line it was made of; that line's session is the one it is about.
about as (

    select
        coalesce(originals.session_id, titles.session_id) as session_id,
        titles.line_id,
        titles.host,
        titles.account,
        titles.source_path,
        titles.generation,
        titles.byte_offset,
        titles.logged_at,
        titles.title_kind,
        titles.title

    from titles

    left join originals
        on titles.leaf_uuid = originals.line_uuid

),

-- Of one file the last of its kind.
last_of_files as (

    select *

    from about

    qualify row_number() over (
        partition by session_id, title_kind, host, account, source_path, generation
        order by byte_offset desc
    ) = 1

),

-- Most have no time of their own: theirs is that of what stands before them.
times as (

    select
        last_of_files.line_id,
        max(lines.logged_at) as logged_at

    from last_of_files

    inner join lines
        on last_of_files.session_id = lines.session_id
        and last_of_files.host = lines.host
        and last_of_files.account = lines.account
        and last_of_files.source_path = lines.source_path
        and last_of_files.generation = lines.generation
        and last_of_files.byte_offset > lines.byte_offset

    group by last_of_files.line_id

),

candidates as (

    select
        last_of_files.session_id,
        last_of_files.line_id,
        last_of_files.title,
        case last_of_files.title_kind
            when 'custom-title' then 3
            when 'ai-title' then 2
            else 1
        end as title_rank,
        coalesce(last_of_files.logged_at, times.logged_at) as titled_at,
        last_of_files.generation,
        last_of_files.byte_offset

    from last_of_files

    left join times
        on last_of_files.line_id = times.line_id

    union all

    -- A name given in an app is what the session is called since.
    select
        session_id,
        file_id as line_id,
        custom_title as title,
        4 as title_rank,
        cast(null as timestamp) as titled_at,
        0 as generation,
        0 as byte_offset

    from files

)

select * from candidates
