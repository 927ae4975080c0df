// Included last by every pure core: fails the build if a PostgreSQL header has found its way in.
#ifdef POSTGRES_H
#error "a pure core must not include a PostgreSQL header; put server code into NAME_pg.cpp"
#endif
