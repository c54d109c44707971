-- The id of a response: the same text in answer to another prompt is another response.
-- The content must be normalised already (normalise_text). A prompt id has no colon, so the colon divides in one way.
create or replace macro response_id(prompt_id, content) as short_hash(prompt_id || ':' || content);
