with

operations as (

    select * from {{ ref('int_git_operations') }}

),

lines as (

    select *

    from {{ ref('int_claude_code_lines') }}

    where
        copy_number = 1
        and record_type = 'pr-link'

),

states as (

    select * from {{ ref('stg_claude_code__session_states') }}

),

by_commit as (

    select * from {{ ref('int_commit_pull_requests') }}

),

pull_requests as (

    select * from {{ ref('stg_github__pull_requests') }}

),

check_sums as (

    select * from {{ ref('int_pull_request_checks') }}

),

told as (

    select
        task_id,
        pull_request_url,
        max(operation = 'pull_request_created') as is_created,
        max(operation = 'pull_request_merged') as is_merged,
        min(line_id) as line_id

    from operations

    where operation in ('pull_request_created', 'pull_request_merged')

    group by
        task_id,
        pull_request_url

),

-- What Claude Code says belongs to the session, whoever made it.
linked as (

    select
        lines.thread_id as task_id,
        lower(states.pull_request_url) as pull_request_url

    from lines

    inner join states
        on lines.line_id = states.line_id

    where states.pull_request_url is not null

    union

    select
        task_id,
        pull_request_url

    from by_commit

),

joined as (

    select
        coalesce(told.task_id, linked.task_id) as task_id,
        coalesce(told.pull_request_url, linked.pull_request_url) as pull_request_url,
        cast(nullif(regexp_extract(told.pull_request_url, '([0-9]{1,12})$', 1), '') as bigint) as pull_request_number,
        told.task_id is not null as is_told,
        coalesce(told.is_created, false) as is_created,
        coalesce(told.is_merged, false) as is_told_merged,
        told.line_id

    from told

    full outer join linked
        on told.task_id = linked.task_id
        and told.pull_request_url = linked.pull_request_url

),

collected_remotes as (

    select
        remote,
        max(pull_request_number) as newest_number

    from pull_requests

    group by remote

),

task_pull_requests as (

    select
        joined.task_id,
        joined.pull_request_url,
        joined.is_told,
        joined.is_created,
        joined.is_told_merged,
        joined.line_id,
        pull_requests.state,
        case
            when pull_requests.pull_request_url is not null then true
            -- Its repository was collected beyond its number, and it was not there.
            when joined.pull_request_number <= collected_remotes.newest_number then false
        end as is_known_to_exist,
        pull_requests.merged_at,
        case
            when check_sums.failed_count > check_sums.failed_format_count then 'fail'
            when check_sums.failed_count > 0 then 'format'
            when check_sums.check_count > 0 and check_sums.passed_count = check_sums.check_count then 'pass'
        end as check_result

    from joined

    left join pull_requests
        on joined.pull_request_url = lower(pull_requests.pull_request_url)

    left join collected_remotes
        on regexp_extract(joined.pull_request_url, '^https?://([^/]+/[^/]+/[^/]+)/', 1) = collected_remotes.remote

    left join check_sums
        on joined.pull_request_url = check_sums.pull_request_url

    where joined.pull_request_url is not null or joined.is_told_merged

)

select * from task_pull_requests
