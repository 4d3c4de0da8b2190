/// Threads around the stack.
module org.weir.runtime {
    requires transitive org.weir.core;
    requires org.jctools.core;
    requires static org.jspecify;

    exports org.weir.runtime;
}
