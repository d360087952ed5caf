-- Notes, contract breaks, profile warnings, leak findings and notes of comparisons are stored as a code with facts.
-- Rows from before keep their sentence as `legacyText`.
CREATE FUNCTION fleximl_legacy_texts(list jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(
    jsonb_agg(
      CASE jsonb_typeof(item)
        WHEN 'string' THEN jsonb_build_object('code', 'legacy', 'legacyText', item)
        ELSE item
      END ORDER BY place
    ),
    '[]'
  )
  FROM jsonb_array_elements(list) WITH ORDINALITY AS items (item, place)
$$;

CREATE FUNCTION fleximl_legacy_warnings(list jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(
    jsonb_agg(
      (item - 'kind' - 'sentence') || jsonb_build_object('code', item -> 'kind', 'legacyText', item -> 'sentence')
      ORDER BY place
    ),
    '[]'
  )
  FROM jsonb_array_elements(list) WITH ORDINALITY AS items (item, place)
$$;

UPDATE dataset_versions
SET warnings = fleximl_legacy_texts(warnings), breaks = fleximl_legacy_texts(breaks)
WHERE warnings <> '[]' OR breaks <> '[]';

UPDATE source_previews
SET result = (result - 'warnings') || jsonb_build_object(
  'notes', fleximl_legacy_texts(coalesce(result -> 'warnings', '[]')),
  'breaks', fleximl_legacy_texts(coalesce(result -> 'breaks', '[]'))
)
WHERE jsonb_typeof(result) = 'object';

-- The sentences of a column are those of the warnings that name it.
UPDATE version_profiles
SET profile = jsonb_set(
  jsonb_set(profile, '{warnings}', fleximl_legacy_warnings(profile -> 'warnings')),
  '{columns}',
  (
    SELECT coalesce(jsonb_agg(c - 'warnings' ORDER BY place), '[]')
    FROM jsonb_array_elements(profile -> 'columns') WITH ORDINALITY AS columns (c, place)
  )
);

UPDATE version_profiles
SET relations = jsonb_set(relations, '{warnings}', fleximl_legacy_warnings(relations -> 'warnings'))
WHERE jsonb_typeof(relations) = 'object';

UPDATE data_leaks
SET findings = jsonb_set(findings, '{items}', (
  SELECT coalesce(
    jsonb_agg(
      (item - 'kind' - 'words' - 'evidence') || jsonb_build_object(
        'code', item -> 'kind',
        'legacyWords', item -> 'words',
        'legacyText', item -> 'evidence'
      )
      ORDER BY place
    ),
    '[]'
  )
  FROM jsonb_array_elements(findings -> 'items') WITH ORDINALITY AS items (item, place)
))
WHERE jsonb_typeof(findings) = 'object';

UPDATE data_diffs
SET result = jsonb_set(result, '{notes}', fleximl_legacy_texts(coalesce(result -> 'notes', '[]')))
WHERE jsonb_typeof(result) = 'object';

DROP FUNCTION fleximl_legacy_texts(jsonb);
DROP FUNCTION fleximl_legacy_warnings(jsonb);
