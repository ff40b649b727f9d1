package io.bookshelf.pki;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** The newest revocation list of each authority that was ever verified, a file for each: {@code AUTHORITY.crl}. */
final class KeptLists {
    private static final String ENDING = ".crl";

    private final Path folder;

    KeptLists(Path folder) {
        this.folder = folder;
    }

    /** Those of these authorities, by authority; what is broken is told, with the reason. */
    Map<String, RevocationList> load(Authorities authorities, BiConsumer<Path, String> broken) {
        Map<String, RevocationList> lists = new HashMap<>();
        for (Path file : files()) {
            String name = file.getFileName().toString();
            String id = name.substring(0, name.length() - ENDING.length());
            if (authorities.byId(id) == null) {
                continue;
            }
            try {
                RevocationList list = RevocationList.verified(SafeFiles.read(file), authorities);
                lists.merge(list.authority(), list, KeptLists::newer);
            } catch (PkiException e) {
                broken.accept(file, String.valueOf(e.getMessage()));
            }
        }
        return lists;
    }

    static RevocationList newer(RevocationList one, RevocationList other) {
        return one.number() >= other.number() ? one : other;
    }

    void keep(RevocationList list) {
        SafeFiles.makePrivateFolder(folder);
        SafeFiles.writePrivate(folder.resolve(list.authority() + ENDING), list.der());
    }

    private List<Path> files() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(file -> file.getFileName().toString().endsWith(ENDING)).forEach(found::add);
        } catch (IOException e) {
            throw new PkiException("cannot read " + folder + ": " + SafeFiles.reason(e), e);
        }
        return found;
    }
}
