-- Whether two different texts are the same once what the policy hides is masked; each as it is shown, null where it hides nothing.
-- Nobody can compare such sides: to a judge they are one text.
create or replace macro shown_alike(shown_a, shown_b) as
  coalesce(shown_a = shown_b, false);
