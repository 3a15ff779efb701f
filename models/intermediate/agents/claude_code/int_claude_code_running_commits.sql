{{ config(materialized='ephemeral') }}

with

tool_calls as (

    select * from {{ ref('int_tool_calls') }}

),

git_commands as (

    select * from {{ ref('int_git_commands') }}

),

last_responses as (

    select * from {{ ref('int_claude_code_last_responses') }}

),

-- Tools that keep a copy of the transcript with each commit take it while the commit runs: nothing can come after it.
running_commits as (

    select distinct
        last_responses.thread_id,
        tool_calls.tool_call_id

    from last_responses

    inner join tool_calls
        on last_responses.model_call_id = tool_calls.model_call_id

    inner join git_commands
        on tool_calls.tool_call_id = git_commands.tool_call_id

    where
        git_commands.commits
        and tool_calls.is_error is null

)

select * from running_commits
