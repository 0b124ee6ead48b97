# Files of R: Rscript make.R SEED TARGET; SEED is a folder with french.csv and latin.csv in UTF-8.
arguments <- commandArgs(trailingOnly = TRUE)
seed <- function(name) read.csv(file.path(arguments[1], name), fileEncoding = "UTF-8", colClasses = c(entree = "Date"))
to <- function(name) file.path(arguments[2], name)
french <- seed("french.csv")
latin <- seed("latin.csv")
write.csv2(latin, to("r-csv2-latin1.csv"), row.names = FALSE, fileEncoding = "ISO-8859-1")
write.csv2(french, to("r-csv2-1252.csv"), row.names = FALSE, fileEncoding = "CP1252")
write.csv(french, to("r-csv-utf8.csv"), row.names = FALSE, fileEncoding = "UTF-8")
write.csv(french, to("r-csv-utf16le.csv"), row.names = FALSE, fileEncoding = "UTF-16LE")
write.csv2(french, to("r-row-names.csv"))
write.table(french, to("r-table-backslash.csv"), sep = ";", row.names = FALSE)
plain <- transform(latin, libelle = gsub("[\";,]", "", libelle))
write.table(plain, to("r-table-short-header.tsv"), sep = "\t", quote = FALSE, fileEncoding = "UTF-8")
write.table(plain, to("r-table.tsv"), sep = "\t", quote = FALSE, row.names = FALSE, fileEncoding = "UTF-8")
write.table(plain, to("r-no-header.csv"), sep = ";", dec = ",", col.names = FALSE, row.names = FALSE, fileEncoding = "UTF-8")
holed <- french
holed$age[5] <- NA
write.csv(holed, to("r-na.csv"), row.names = FALSE, fileEncoding = "UTF-8")
write.csv2(holed, to("r-empty.csv"), row.names = FALSE, na = "", fileEncoding = "UTF-8")
round <- french
round$age <- as.numeric(round$age)
round$age[3] <- 1e5
write.csv(round, to("r-exponent.csv"), row.names = FALSE, fileEncoding = "UTF-8")
french$entree <- format(french$entree, "%d/%m/%Y")
write.csv2(french, gzfile(to("r-french-days.csv.gz")), row.names = FALSE)
