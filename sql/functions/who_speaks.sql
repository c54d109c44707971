-- Who did something: the user; who has no name, the session; what has neither stands alone.
-- Pseudonyms, sessions (with their source) and event ids never meet.
create or replace macro who_speaks(user_id, session, event_id) as
  coalesce(user_id, session, event_id);
