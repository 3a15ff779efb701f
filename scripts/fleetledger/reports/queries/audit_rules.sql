-- What the rules of the audit found, of the $severities, which come from the worst on.
with

models as (

    select model_call_id from fct_model_calls

    where
        $model is not null
        and contains(lower(model), lower($model))

),

calls as (

    select tool_call_id from fct_tool_calls

    where
        ($model is null or model_call_id in (select models.model_call_id from models))
        and ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(nfc_normalize(project)), lower($project)))
        and ($since_at is null or called_at >= $since_at)
        and ($until_at is null or called_at < $until_at)

)

select
    severity,
    rule_id,
    category,
    count(*) as findings,
    count(distinct tool_call_id) as tool_calls,
    count(distinct session_id) as sessions,
    count(distinct tool_call_id) filter (where is_error) as failed_tool_calls,
    min(called_at) as first_called_at,
    max(called_at) as last_called_at,
    any_value(what_to_do) as what_to_do

from fct_audit_findings

where
    list_contains($severities, severity)
    and (
        tool_call_id in (select calls.tool_call_id from calls)
        -- What was shown without a call is of no model.
        or (
            tool_call_id is null
            and $model is null
            and ($fleet is null or fleet = $fleet)
            and ($host is null or host = $host)
            and ($account is null or account = $account)
            and ($project is null or contains(lower(nfc_normalize(project)), lower($project)))
            and ($since_at is null or called_at >= $since_at)
            and ($until_at is null or called_at < $until_at)
        )
    )

group by
    severity,
    rule_id,
    category

order by
    list_position($severities, severity),
    findings desc,
    rule_id asc
