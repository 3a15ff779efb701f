with

results as (

    select * from {{ ref('int_check_results') }}

),

judged as (

    select
        *,
        case
            when is_error is null or says_nothing then 'unclear'
            when said like '%running in background%' then 'unclear'
            -- The end first, where a run sums itself up: what it says before may tell of failures that were tested for.
            when {{ matches_regex('right(said, 300)', 'fail_pattern') }} then 'fail'
            when {{ matches_regex('right(said, 300)', 'pass_pattern') }} then 'pass'
            when {{ matches_regex('said', 'fail_pattern') }} then 'fail'
            when {{ matches_regex('said', 'pass_pattern') }} then 'pass'
            when is_error and {{ matches_regex(
                'said',
                "'(?i)(?:command|script) not found|missing script|unrecognized subcommand|not recognized|tool_use_error'"
            ) }} then 'unclear'
            when is_single and (is_error or {{ matches_regex('said', "'^Exit code [1-9]'") }}) then 'fail'
            when is_error then 'unclear'
            when is_silent_when_passing and said = '' then 'pass'
            when is_silent_when_passing and not hides_a_failure then 'pass'
            else 'unclear'
        end as check_result

    from results

),

checks as (

    select
        check_id,
        task_id,
        tool_call_id,
        line_id,
        check_kind,
        -- One command may run several checks of a kind: it fails with any of them.
        case
            when max(case when check_result = 'fail' then 1 else 0 end) = 1 then 'fail'
            when max(case when check_result = 'unclear' then 1 else 0 end) = 1 then 'unclear'
            else 'pass'
        end as check_result,
        min(recognizer) as recognizer,
        called_at as checked_at

    from judged

    group by
        check_id,
        task_id,
        tool_call_id,
        line_id,
        check_kind,
        called_at

)

select * from checks
