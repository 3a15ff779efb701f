-- Each finding of a rule of the audit, the newest first.
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
    called_at,
    strftime(timezone($timezone, timezone('UTC', called_at)), '%Y-%m-%d %H:%M') as called_at_local,
    fleet,
    host,
    account,
    project,
    session_id,
    tool_call_id,
    tool_name,
    found_path,
    found_host,
    secret_hash,
    found_in,
    is_error,
    what_to_do

from fct_audit_findings

where
    list_contains($severities, severity)
    and rule_id = $rule
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

order by
    called_at desc nulls last,
    finding_id asc
