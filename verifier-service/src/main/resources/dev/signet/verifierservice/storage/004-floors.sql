-- How often an operator lowered the floor: launchers that started newer builds ask for that.
ALTER TABLE floors ADD COLUMN lowered INTEGER NOT NULL DEFAULT 0;

-- The highest version that the floor followed: what an operator lowers afterwards stays lowered.
ALTER TABLE floors ADD COLUMN followed INTEGER NOT NULL DEFAULT 0;
