{{ config(materialized='ephemeral') }}

with

checks as (

    select * from {{ ref('stg_github__checks') }}

),

-- What a check is for is told by its name: formatting, or all else.
read_checks as (

    select
        lower(pull_request_url) as pull_request_url,
        conclusion in ('success', 'neutral', 'skipped') as passes,
        conclusion in ('failure', 'error', 'timed_out', 'action_required', 'startup_failure') as fails,
        {{ matches_regex(
            'lower(check_name)', "'\\b(?:fmt|format|formatting|prettier|rustfmt|gofmt|black)\\b'"
        ) }} as is_of_format

    from checks

),

check_sums as (

    select
        pull_request_url,
        count(*) as check_count,
        count(case when passes then 1 end) as passed_count,
        count(case when fails then 1 end) as failed_count,
        count(case when fails and is_of_format then 1 end) as failed_format_count

    from read_checks

    group by pull_request_url

)

select * from check_sums
