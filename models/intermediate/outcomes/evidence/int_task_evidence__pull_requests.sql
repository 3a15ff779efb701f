{{ config(materialized='ephemeral') }}

with

scopes as (

    select * from {{ ref('int_task_scopes') }}

),

pull_requests as (

    select * from {{ ref('int_task_pull_requests') }}

),

pull_request_sums as (

    select
        scopes.task_id,
        count(*) as pull_request_count,
        count(case when pull_requests.is_told then 1 end) as told_pull_request_count,
        count(case when pull_requests.state = 'merged' then 1 end) as merged_pull_request_count,
        count(case when pull_requests.is_told_merged then 1 end) as told_merged_pull_request_count,
        min(
            case
                when pull_requests.is_told and not pull_requests.is_known_to_exist
                    then pull_requests.pull_request_url
            end
        ) as missing_pull_request_url,
        count(pull_requests.state) as collected_pull_request_count,
        count(case when pull_requests.check_result = 'fail' then 1 end) as failed_pull_request_count,
        count(case when pull_requests.check_result = 'format' then 1 end) as format_pull_request_count,
        count(case when pull_requests.check_result = 'pass' then 1 end) as passed_pull_request_count

    from scopes

    inner join pull_requests
        on scopes.evidence_task_id = pull_requests.task_id

    group by scopes.task_id

)

select * from pull_request_sums
