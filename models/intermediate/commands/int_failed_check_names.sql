with

results as (

    select * from {{ ref('int_check_results') }}

),

checks as (

    select *

    from {{ ref('int_checks') }}

    where check_result = 'fail'

),

failures as (

    select
        results.check_id,
        results.tool_call_id,
        results.said

    from results

    inner join checks
        on results.check_id = checks.check_id

),

-- Files as compilers, linters and test runners print them; Go names the package of a failing test as well.
named as (

    select
        check_id,
        tool_call_id,
        {{ each_match('said', "'([\\w@~./\\\\-]*[\\w-]\\.(?:" ~ source_extensions() ~ "))\\b'") }} as named_path

    from failures

    union all

    select
        check_id,
        tool_call_id,
        {{ each_match('said', "'(?m)^FAIL\\s+(\\S+/\\S+)'") }} || '/' as named_path

    from failures

),

names as (

    select distinct
        check_id,
        tool_call_id,
        coalesce({{ subject_of_file('named_path') }}, {{ directory_of_file('named_path') }}) as subject

    from named

)

select * from names

where subject is not null
