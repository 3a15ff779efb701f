with

pull_requests as (

    select * from {{ ref('int_task_pull_requests') }}

),

tasks as (

    select * from {{ ref('fct_tasks') }}

),

joined as (

    select
        tasks.task_id,
        tasks.session_id,
        tasks.fleet,
        tasks.host,
        tasks.account,
        tasks.project,
        tasks.git_branch,
        pull_requests.pull_request_url,
        cast(nullif(regexp_extract(pull_requests.pull_request_url, '([0-9]{1,12})$', 1), '') as bigint)
            as pull_request_number,
        pull_requests.is_created,
        pull_requests.state,
        pull_requests.merged_at,
        pull_requests.check_result

    from pull_requests

    inner join tasks
        on pull_requests.task_id = tasks.task_id

    where pull_requests.pull_request_url is not null

)

select * from joined
