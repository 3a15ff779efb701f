-- How many files were written of which the log does not tell whether they are of the project.
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

select count(*) as writes

from fct_file_accesses

where
    access_kind = 'write'
    and location = 'unknown'
    and tool_call_id in (select calls.tool_call_id from calls)
