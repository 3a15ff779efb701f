with

hourly_usage as (

    select * from {{ ref('int_hourly_usage') }}

),

own_patterns as (

    select * from {{ ref('stg_settings__tickets') }}

),

shipped as (

    select * from {{ ref('ticket_patterns') }}

),

patterns as (

    select
        0 as rank_of_source,
        rule_order,
        pattern

    from own_patterns

    union all

    select
        1 as rank_of_source,
        rule_order,
        pattern

    from shipped

),

branches as (

    select
        git_branch,
        count(distinct session_id) as session_count,
        min(first_called_at) as first_called_at,
        max(last_called_at) as last_called_at

    from hourly_usage

    where git_branch is not null

    group by git_branch

),

matches as (

    select
        branches.git_branch,
        regexp_extract(branches.git_branch, patterns.pattern, 0) as ticket,
        row_number() over (
            partition by branches.git_branch
            order by patterns.rank_of_source asc, patterns.rule_order asc
        ) as match_order

    from branches

    inner join patterns
        on {{ matches_regex('branches.git_branch', 'patterns.pattern') }}

),

named as (

    select
        branches.git_branch,
        nullif(matches.ticket, '') as ticket,
        branches.session_count,
        branches.first_called_at,
        branches.last_called_at

    from branches

    left join matches
        on branches.git_branch = matches.git_branch
        and matches.match_order = 1

)

select * from named
